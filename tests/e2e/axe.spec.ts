import AxeBuilder from "@axe-core/playwright";
import { expect, test, type Page } from "@playwright/test";
import { apiOf, day } from "./api";
import { add, open, panelOf, row, settled, signUp, task } from "./person";

async function check(page: Page, where: string) {
  await page.waitForTimeout(300);
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]).analyze();
  expect.soft(violations.map(({ id, nodes }) => `${where}: ${id} ${nodes.slice(0, 3).map((node) => `${node.target.join(" ")} ${node.failureSummary?.split("\n")[1] ?? ""}`).join(" | ")}`)).toEqual([]);
}

async function closed(page: Page) {
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`no list, dialog or panel has an axe violation (${colorScheme})`, async ({ page }) => {
    test.setTimeout(240_000);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.goto("/sign-in/");
    await check(page, "sign-in");
    await signUp(page);
    await check(page, "empty today");
    await open(page, "/inbox/");
    await check(page, "empty inbox");
    const api = await apiOf(page);
    await api.task("Pay rent", { due_on: day(0), priority: "high", tags: ["home"], notes: "To *the* new account" });
    await api.task("Overdue thing", { due_on: day(-1), priority: "urgent", tags: ["work"] });
    for (const priority of ["medium", "low"]) await api.task(`With ${priority} priority`, { due_at: `${day(1)}T09:00:00Z`, priority });
    for (const screen of ["today/", "inbox/", "upcoming/", "tag/?name=home", "connect/"]) {
      await open(page, `/${screen}`);
      await check(page, screen);
    }
    await open(page, "/inbox/");
    for (const [keys, where] of [["t", "due"], ["l", "tags"], ["q", "quick add"], ["Control+k", "palette"], ["Shift+?", "shortcuts"]] as const) {
      await task(page, "Pay rent").focus();
      await page.keyboard.press(keys);
      await expect(page.getByRole("dialog")).toBeVisible();
      if (keys === "q") await page.getByRole("dialog").getByRole("textbox").fill("Call Ben tomorrow at 9 #work !low");
      await check(page, where);
      if (keys === "q") await page.getByRole("button", { name: "Cancel" }).click();
      else await closed(page);
    }
    for (const menu of ["Filter", "Sort"]) {
      await page.getByRole("button", { name: menu }).click();
      await check(page, menu);
      await page.keyboard.press("Escape");
    }
    await task(page, "Pay rent").focus();
    await page.keyboard.press("x");
    await check(page, "selection");
    await page.keyboard.press("Escape");
    await task(page, "Pay rent").click();
    await expect(panelOf(page)).toBeVisible();
    await check(page, "task panel");
    for (const field of ["Due", "Reminders"]) {
      await panelOf(page).getByRole("button", { name: field }).click();
      await check(page, `panel: ${field}`);
      await page.keyboard.press("Escape");
    }
    await panelOf(page).getByText("Does not repeat").click();
    await check(page, "recurrence");
    await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
    await expect(page.getByRole("dialog")).toBeHidden();
    await expect(panelOf(page).getByText(/every/i).first()).toBeVisible();
    await panelOf(page).getByLabel("Title").fill("Pay the rent");
    await panelOf(page).getByLabel("Title").press("Enter");
    await expect(page.getByRole("region", { name: "Recurring task" })).toBeVisible();
    await check(page, "scope");
    await settled(page);
    await page.keyboard.press("Control+j");
    await check(page, "chat");
  });
}

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  test("no list, drawer, panel or dialog has an axe violation", async ({ page }) => {
    test.setTimeout(120_000);
    await signUp(page);
    await add(page, "Pay rent today !high #home");
    await open(page, "/inbox/");
    await check(page, "inbox");
    await page.getByRole("button", { name: "Menu" }).click();
    await check(page, "drawer");
    await page.keyboard.press("Escape");
    await row(page, "Pay rent").locator("[data-title]").click();
    await expect(panelOf(page)).toBeVisible();
    await check(page, "panel");
  });
});
