import { expect, test } from "@playwright/test";
import { signUp } from "./person";

const SCREENS: [string, string][] = [
  ["search/?q=rent", "**/api/tasks?*q=rent*"], ["completed/", "**/api/tasks?*status=completed*"], ["trash/", "**/api/tasks?*trash=true*"], ["activity/", "**/api/audit*"], ["recurring/", "**/api/recurring-tasks*"], ["mailbox/", "**/api/mailbox"],
  ["settings/?section=security", "**/api/auth/sessions"], ["settings/?section=notifications", "**/api/notification-preferences"], ["settings/?section=tokens", "**/api/auth/tokens"], ["settings/?section=calendar", "**/api/calendar"],
];

test("a screen that cannot be loaded says so, and trying again loads it", async ({ page }) => {
  test.setTimeout(480_000);
  await signUp(page);
  for (const [screen, address] of SCREENS) {
    await page.route(address, (route) => route.fulfill({ status: 503, contentType: "application/problem+json", body: JSON.stringify({ type: "about:blank", title: "Busy", status: 503 }) }));
    await page.goto(`/${screen}`);
    const again = page.getByRole("main").getByRole("button", { name: "Try again" });
    await expect(again, screen).toBeVisible({ timeout: 20_000 });
    await page.unroute(address);
    await again.click();
    await expect(again, screen).toBeHidden();
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  }
});

test("where no mail is kept, the mailbox says so instead of failing", async ({ page }) => {
  await signUp(page);
  await page.route("**/api/mailbox", (route) => route.fulfill({ status: 404, contentType: "application/problem+json", body: JSON.stringify({ type: "about:blank", title: "Not found", status: 404 }) }));
  await page.goto("/mailbox/");
  await expect(page.getByRole("heading", { name: "No mailbox" })).toBeVisible();
});

test("a setting the server refuses goes back and is told", async ({ page }) => {
  await signUp(page);
  await page.goto("/settings/");
  await page.route("**/api/auth/me", (route) => (route.request().method() === "PATCH" ? route.fulfill({ status: 422, contentType: "application/problem+json", body: JSON.stringify({ type: "about:blank", title: "No", status: 422, detail: "Not today." }) }) : route.continue()));
  await page.getByLabel("Week starts on").selectOption("6");
  await expect(page.getByText("The change was not saved")).toBeVisible();
  await expect(page.getByText("Not today.")).toBeVisible();
  await expect(page.getByLabel("Week starts on")).toHaveValue("0");
});

test("without a connection signing in says so and keeps what was typed", async ({ page, context }) => {
  await page.goto("/sign-in/");
  await page.getByLabel("Email").fill("ada@example.com");
  await page.getByLabel("Password", { exact: true }).fill("twelve green umbrellas");
  await context.setOffline(true);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText("The server cannot be reached.")).toBeVisible();
  await expect(page.getByLabel("Email")).toHaveValue("ada@example.com");
  await expect(page.getByRole("button", { name: "Sign in" })).toBeEnabled();
});
