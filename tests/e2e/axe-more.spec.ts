import AxeBuilder from "@axe-core/playwright";
import { expect, test, type Page } from "@playwright/test";
import { apiOf, day } from "./api";
import { open, panelOf, row, signUp, task } from "./person";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

async function check(page: Page, where: string) {
  await page.waitForTimeout(300);
  const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
  expect.soft(violations.map(({ id, nodes }) => `${where}: ${id} ${nodes.slice(0, 3).map((node) => `${node.target.join(" ")} ${node.failureSummary?.split("\n")[1] ?? ""}`).join(" | ")}`)).toEqual([]);
}

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test("no menu, picker, editor or toast has an axe violation", async ({ page }) => {
      test.setTimeout(300_000);
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await signUp(page);
      const api = await apiOf(page);
      await api.task("Pay rent", { due_on: day(0), priority: "high", tags: ["home"] });
      await open(page, "/inbox/");
      await row(page, "Pay rent").click({ button: "right" });
      await expect(page.getByRole("menu")).toBeVisible();
      await check(page, "row menu");
      await page.keyboard.press("Escape");
      await expect(page.getByRole("menu")).toBeHidden();
      await page.getByRole("button", { name: /^Account of/ }).click();
      await expect(page.getByRole("menu")).toBeVisible();
      await check(page, "account menu");
      await page.keyboard.press("Escape");
      await task(page, "Pay rent").focus();
      await page.keyboard.press("t");
      await expect(page.getByRole("dialog").getByRole("grid")).toBeVisible();
      await check(page, "date picker with its calendar");
      await page.keyboard.press("Escape");
      await page.keyboard.press("q");
      await page.getByLabel("New task").fill("Pay rent every 1st at 9 !high #home");
      await expect(page.getByRole("dialog").getByRole("button", { name: /every/i }).first()).toBeVisible();
      await check(page, "quick add with chips");
      await page.getByRole("button", { name: "Cancel" }).click();
      await page.keyboard.press("Control+k");
      await page.getByRole("combobox").fill("zzzz nothing");
      await check(page, "palette without a result");
      await page.keyboard.press("Escape");
      await task(page, "Pay rent").click();
      await panelOf(page).getByText("Does not repeat").click();
      await expect(page.getByRole("dialog")).toBeVisible();
      await check(page, "recurrence editor");
      await page.keyboard.press("Escape");
      await page.keyboard.press("Escape");
      await task(page, "Pay rent").focus();
      await page.keyboard.press("e");
      await expect(page.locator("[data-sonner-toast]").first()).toBeVisible();
      await check(page, "toast");
      await page.keyboard.press("Control+j");
      await page.getByRole("textbox", { name: "Message" }).fill("add buy milk tomorrow");
      await page.keyboard.press("Enter");
      await expect(page.getByRole("log").getByText(/milk/i).first()).toBeVisible({ timeout: 20_000 });
      await check(page, "chat with an answer");
    });

    test("no page of the account has an axe violation", async ({ page }) => {
      test.setTimeout(300_000);
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.goto("/forgot-password/");
      await page.getByRole("button", { name: "Send link" }).click();
      await check(page, "forgot password with an error");
      await page.getByLabel("Email").fill("nobody@example.com");
      await page.getByRole("button", { name: "Send link" }).click();
      await expect(page.getByRole("heading", { name: "Look into your mail" })).toBeVisible();
      await check(page, "link sent");
      await page.goto("/reset-password/#token=oll_made-up");
      await expect(page.getByLabel("New password")).toBeVisible();
      await check(page, "reset password");
      await page.goto("/reset-password/");
      await expect(page.getByRole("heading", { name: "This link no longer works" })).toBeVisible();
      await check(page, "dead link");
      await page.goto("/confirm-email/#token=oll_made-up");
      await expect(page.getByRole("button", { name: "Confirm" })).toBeVisible();
      await check(page, "confirm email");
      await signUp(page);
      await page.goto("/settings/");
      await page.getByRole("button", { name: "Change", exact: true }).click();
      await check(page, "change of address");
      await page.getByLabel("New email").fill(`other-${Date.now()}@example.com`);
      await page.getByLabel("Current password").fill("twelve green umbrellas");
      await page.keyboard.press("Enter");
      await expect(page.getByText(/^Waiting for/)).toBeVisible();
      await check(page, "waiting change of address");
      await page.goto("/settings/?section=notifications");
      await expect(page.getByText(/^Reminders are mailed only/)).toBeVisible();
      await check(page, "unconfirmed address in notifications");
    });
  });
}
