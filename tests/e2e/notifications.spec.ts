import { expect, test } from "@playwright/test";
import { apiOf } from "./api";
import { signUp } from "./person";

test("a reminder arrives in the app and by mail, is put off, completed and read", async ({ page }) => {
  test.setTimeout(150_000);
  await signUp(page);
  await page.goto("/notifications/");
  await expect(page.getByRole("heading", { name: "All quiet" })).toBeVisible();
  const api = await apiOf(page);
  const soon = new Date(Date.now() + 3000).toISOString();
  for (const title of ["Feed the cat", "Call the plumber"]) await api.task(title, { due_at: soon, due_tz: "Europe/Berlin", reminders: [{ minutes_before: 0 }] });
  const list = page.getByRole("list", { name: "Notifications" });
  const item = (title: string) => list.getByRole("listitem").filter({ hasText: title });
  // The reminders job looks every 30 seconds.
  await expect(list.getByRole("listitem")).toHaveCount(2, { timeout: 90_000 });
  await expect(page.getByRole("button", { name: "2 unread notifications" })).toBeVisible();

  await item("Feed the cat").getByRole("button", { name: "Remind again of “Feed the cat”" }).click();
  await page.getByRole("menuitem", { name: "in one hour" }).click();
  await expect(page.getByText("Reminding again in one hour")).toBeVisible();
  await expect(page.getByRole("button", { name: "1 unread notification" })).toBeVisible();
  await item("Call the plumber").getByRole("button", { name: "Complete “Call the plumber”" }).click();
  await expect(page.getByRole("button", { name: "Notifications", exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Unread", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Nothing unread" })).toBeVisible();
  await page.reload();
  await expect(item("Feed the cat")).toBeVisible();
  await item("Feed the cat").getByRole("button", { name: "Feed the cat", exact: true }).click();
  await expect(page.getByRole("complementary", { name: "Task details" }).getByLabel("Title")).toHaveValue("Feed the cat");

  await page.goto("/mailbox/");
  await page.getByRole("button", { name: /Feed the cat/ }).click();
  await expect(page.getByText(/To e2e-/)).toBeVisible();
});

test("the centre opens by its bell, marks all as read and leads to the page", async ({ page }) => {
  test.setTimeout(150_000);
  await signUp(page);
  const api = await apiOf(page);
  await api.task("Ring the bell", { due_at: new Date(Date.now() + 2000).toISOString(), due_tz: "Europe/Berlin", reminders: [{ minutes_before: 0 }] });
  const bell = page.getByRole("button", { name: "1 unread notification" });
  await expect(bell).toBeVisible({ timeout: 90_000 });
  await bell.click();
  const centre = page.getByRole("dialog", { name: "Notifications" });
  await expect(centre.getByText("Ring the bell").first()).toBeVisible();
  await centre.getByRole("button", { name: "Mark all as read" }).click();
  await expect(centre.getByRole("button", { name: "Mark all as read" })).toBeHidden();
  await centre.getByRole("link", { name: "Open all" }).click();
  await page.waitForURL("**/notifications/");
  await page.reload();
  await expect(page.getByRole("button", { name: "Notifications", exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Notification settings" }).click();
  await expect(page.getByRole("heading", { name: "Ways to reach you" })).toBeVisible();
});
