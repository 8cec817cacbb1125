import { expect, test, type Page } from "@playwright/test";
import { de } from "../../frontend/src/shared/i18n/de";
import { en } from "../../frontend/src/shared/i18n/en";
import { apiOf, day } from "./api";
import { open, signUp } from "./person";

const SCREENS = ["today/", "inbox/", "upcoming/", "search/", "search/?q=priority:hgh", "completed/", "trash/", "activity/", "recurring/", "notifications/", "mailbox/", ...["profile", "security", "appearance", "notifications", "shortcuts", "calendar", "tokens", "data"].map((section) => `settings/?section=${section}`)];
const visible = (message: string) => message.replace(/\{[^}]*\}/g, "").trim();
const german = new Set(Object.values(de).map(visible));
/** English sentences that would be noticed among German ones: three words or more, and not German as well. */
const ENGLISH = Object.values(en).filter((message) => !message.includes("{") && message.split(" ").length >= 3 && !german.has(message));

async function everyText(page: Page): Promise<string> {
  return page.evaluate(() => {
    const spoken = [...document.querySelectorAll("[aria-label], [placeholder], [title]")].flatMap((element) => ["aria-label", "placeholder", "title"].map((name) => element.getAttribute(name) ?? ""));
    return [document.title, document.body.innerText, ...spoken].join("\n");
  });
}

test("every screen speaks German, the server's words and the browser tab included", async ({ page }) => {
  test.setTimeout(240_000);
  await signUp(page);
  await page.goto("/settings/");
  await page.getByLabel("Language").selectOption("de");
  await expect(page.getByRole("heading", { name: "Einstellungen" })).toBeVisible();
  const api = await apiOf(page);
  const rent = await api.task("Miete", { due_on: day(0), priority: "high" });
  await api.call("PATCH", `/api/tasks/${rent.id}`, { priority: "urgent", due_on: day(1) });
  const old = await api.task("Alt");
  await api.call("DELETE", `/api/tasks/${old.id}`);
  const done = await api.task("Getan");
  await api.call("POST", `/api/tasks/${done.id}/complete`);
  await api.call("POST", "/api/recurring-tasks", { rrule: "FREQ=WEEKLY;BYDAY=MO,TH", dtstart: `${day(1)}T09:00`, time_zone: "Europe/Berlin", template: { title: "Gießen" } });
  for (const screen of SCREENS) {
    await page.goto(`/${screen}`);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await page.waitForTimeout(600);
    const text = await everyText(page);
    expect.soft(ENGLISH.filter((message) => text.includes(message)), screen).toEqual([]);
    await expect(page.locator("html")).toHaveAttribute("lang", "de");
  }
  await page.goto("/recurring/");
  await expect(page.getByText("Jede Woche am Mo und Do")).toBeVisible();
  await page.goto("/search/?q=priority:hgh");
  await expect(page.getByRole("alert").filter({ hasText: "Zeichen 10" })).toContainText("Erwartet wird eines von");
  await open(page, "/inbox/");
  await page.keyboard.press("q");
  await page.getByLabel("Neue Aufgabe").fill("Zahnarzt morgen um 15 Uhr #gesundheit");
  await expect(page.getByRole("dialog").getByRole("button", { name: /15:00/ })).toBeVisible();
});

test("the forms in front of the door follow the browser's language", async ({ browser }) => {
  const page = await (await browser.newContext({ locale: "de-AT" })).newPage();
  await page.goto("/sign-up/");
  await expect(page.getByRole("heading", { name: "Konto anlegen" })).toBeVisible();
  await page.getByLabel("E-Mail").fill(`austria-${Date.now()}@example.com`);
  await page.getByLabel("Passwort", { exact: true }).fill("password1");
  await page.getByRole("button", { name: "Konto anlegen" }).click();
  await expect(page.getByLabel("Passwort", { exact: true })).toHaveAccessibleDescription("Dieses Passwort ist leicht zu erraten. Wähle ein anderes.");
  await page.getByLabel("Passwort", { exact: true }).fill("zwölf grüne Schirme");
  await page.getByRole("button", { name: "Konto anlegen" }).click();
  await page.waitForURL("**/today/");
  await expect(page.getByRole("heading", { name: "Für heute fertig" })).toBeVisible();
  const me = await (await apiOf(page)).call("GET", "/api/auth/me");
  expect(me.locale).toBe("de-AT");
});
