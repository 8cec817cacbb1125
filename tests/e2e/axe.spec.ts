import AxeBuilder from "@axe-core/playwright";
import { expect, test, type Page } from "@playwright/test";
import { add, signUp } from "./person";

const SCREENS = ["today/", "inbox/", "upcoming/", "search/?q=rent", "completed/", "trash/", "activity/", "recurring/", "notifications/", "connect/", "mailbox/", ...["profile", "appearance", "notifications", "shortcuts", "calendar", "tokens", "data"].map((section) => `settings/?section=${section}`)];

async function check(page: Page, where: string) {
  await page.waitForTimeout(350);
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]).analyze();
  expect.soft(violations.map(({ id, nodes }) => `${where}: ${id} ${nodes.slice(0, 3).map((node) => node.target.join(" ")).join(" | ")}`)).toEqual([]);
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`no screen or dialog has an axe violation (${colorScheme})`, async ({ page }) => {
    test.setTimeout(180_000);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.goto("/sign-in/");
    await check(page, "sign-in");
    await signUp(page);
    await add(page, "Pay rent today !high #home");
    await add(page, "Overdue thing yesterday !urgent #work");
    for (const screen of SCREENS) {
      await page.goto(`/${screen}`);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      await check(page, screen);
    }
    await page.goto("/inbox/");
    await page.getByRole("button", { name: "Pay rent", exact: true }).click();
    await check(page, "task panel");
    for (const [keys, where] of [["t", "due"], ["l", "tags"], ["q", "quick add"], ["Control+k", "palette"], ["Shift+?", "shortcuts"]] as const) {
      await page.getByRole("button", { name: "Pay rent", exact: true }).focus();
      await page.keyboard.press(keys);
      await expect(page.getByRole("dialog")).toBeVisible();
      await check(page, where);
      await page.keyboard.press("Escape");
      await expect(page.getByRole("dialog")).toBeHidden();
    }
    await page.keyboard.press("Control+j");
    await check(page, "chat");
  });
}
