import AxeBuilder from "@axe-core/playwright";
import { expect, test, type Page } from "@playwright/test";
import { apiOf, day } from "./api";
import { signUp } from "./person";

const SCREENS = ["search/", "search/?q=rent", "search/?q=priority:hgh", "completed/", "trash/", "activity/", "activity/?from=2020-01-01&to=2020-02-01", "recurring/", "notifications/", "mailbox/", ...["profile", "security", "appearance", "notifications", "shortcuts", "calendar", "tokens", "data"].map((section) => `settings/?section=${section}`)];

async function check(page: Page, where: string) {
  await page.waitForTimeout(300);
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]).analyze();
  expect.soft(violations.map(({ id, nodes }) => `${where}: ${id} ${nodes.slice(0, 3).map((node) => `${node.target.join(" ")} ${node.failureSummary?.split("\n")[1] ?? ""}`).join(" | ")}`)).toEqual([]);
}

async function fill(page: Page) {
  const api = await apiOf(page);
  const rent = await api.task("Pay rent", { due_on: day(0), priority: "high", tags: ["home"] });
  await api.call("PATCH", `/api/tasks/${rent.id}`, { priority: "urgent" });
  const old = await api.task("Old rent");
  await api.call("DELETE", `/api/tasks/${old.id}`);
  const done = await api.task("Paid rent");
  await api.call("POST", `/api/tasks/${done.id}/complete`);
  await api.call("POST", "/api/recurring-tasks", { rrule: "FREQ=DAILY", dtstart: `${day(1)}T09:00`, time_zone: "Europe/Berlin", template: { title: "Plants", tags: ["home"] } });
  await api.call("POST", "/api/auth/tokens", { name: "Script", scopes: ["tasks:read"], expires_in_days: 30 });
  await api.call("PATCH", "/api/notification-preferences", { quiet_hours: { enabled: true } });
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`no screen of search, archive, activity, series or settings has an axe violation (${colorScheme})`, async ({ page }) => {
    test.setTimeout(480_000);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.goto("/sign-up/");
    await page.getByRole("button", { name: "Create account" }).click();
    await check(page, "sign-up with errors");
    await signUp(page);
    for (const screen of ["recurring/", "notifications/", "trash/", "settings/?section=tokens"]) {
      await page.goto(`/${screen}`);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      await check(page, `empty ${screen}`);
    }
    await fill(page);
    for (const screen of SCREENS) {
      await page.goto(`/${screen}`);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      await check(page, screen);
    }
    await page.goto("/recurring/");
    await page.getByRole("button", { name: /^Plants/ }).click();
    await check(page, "next dates");
    await page.getByRole("button", { name: "Actions for Plants" }).click();
    await check(page, "series menu");
    await page.getByRole("menuitem", { name: "Edit series" }).click();
    await expect(page.getByRole("region", { name: "Next dates" })).toBeVisible();
    await check(page, "series dialog");
    await page.goto("/search/?q=rent");
    for (const name of ["Status", "Tags", "Due", /^Sort/]) {
      await page.getByRole("button", { name }).first().click();
      await check(page, `search: ${String(name)}`);
      await page.keyboard.press("Escape");
    }
    await page.goto("/trash/");
    await page.getByRole("button", { name: "Empty trash" }).click();
    await check(page, "confirm");
    await page.goto("/settings/?section=tokens");
    await page.getByRole("button", { name: "New token" }).click();
    await check(page, "new token");
    await page.getByLabel("Name").fill("Another");
    await page.getByRole("button", { name: "Create token" }).click();
    await expect(page.getByLabel("Token", { exact: true })).toBeVisible();
    await check(page, "token shown");
    await page.goto("/settings/?section=calendar");
    await page.getByRole("button", { name: "Create calendar address" }).click();
    await expect(page.getByLabel("Calendar address")).toBeVisible();
    await check(page, "calendar address");
    await page.goto("/settings/?section=security");
    await page.getByRole("button", { name: "Delete account" }).click();
    await check(page, "delete account");
    await page.goto("/settings/?section=data");
    await page.locator("input[type=file]").setInputFiles({ name: "a.csv", mimeType: "text/csv", buffer: Buffer.from("title,priority,due_on\nPay rent,high,2027-01-01\n,,\n") });
    await expect(page.getByRole("list", { name: "First tasks of the file" })).toBeVisible();
    await check(page, "import preview");
    await page.getByRole("button", { name: "Import one task" }).click();
    await expect(page.getByText("One task was imported.")).toBeVisible();
    await check(page, "import report");
    await page.getByRole("button", { name: /notification/i }).first().click();
    await expect(page.getByRole("dialog")).toBeVisible();
    await check(page, "notification centre");
  });
}

test("on a phone nothing is wider than the screen, and what is touched is large enough", async ({ browser }) => {
  test.setTimeout(180_000);
  const page = await (await browser.newContext({ viewport: { width: 360, height: 760 }, isMobile: true, hasTouch: true, timezoneId: "Europe/Berlin", locale: "en-GB" })).newPage();
  await signUp(page);
  await fill(page);
  for (const screen of SCREENS) {
    await page.goto(`/${screen}`);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await page.waitForTimeout(400);
    const wide = await page.evaluate(() => {
      const width = document.documentElement.clientWidth;
      return { page: document.documentElement.scrollWidth - width, main: document.querySelector("main")!.scrollWidth - document.querySelector("main")!.clientWidth };
    });
    expect.soft(wide, screen).toEqual({ page: 0, main: 0 });
    const { violations } = await new AxeBuilder({ page }).withRules(["target-size"]).analyze();
    expect.soft(violations.flatMap(({ nodes }) => nodes.map((node) => node.html.slice(0, 120))), screen).toEqual([]);
  }
});
