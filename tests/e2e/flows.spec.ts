import { expect, test } from "@playwright/test";
import { add, signUp } from "./person";

test("quick add understands the line as it is typed, and takes a piece back", async ({ page }) => {
  await signUp(page);
  await page.keyboard.press("q");
  await page.getByLabel("New task").fill("Pay rent every 1st at 9 !high #home");
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("button", { name: /Keep “.*home/i })).toBeVisible();
  const pieces = await dialog.getByRole("button", { name: /Keep “/ }).count();
  expect(pieces).toBeGreaterThanOrEqual(3);
  await page.keyboard.press("Escape");
  await expect(dialog.getByRole("button", { name: /Keep “/ })).toHaveCount(pieces - 1);
  await page.keyboard.press("Enter");
  await page.goto("/inbox/");
  await expect(page.getByRole("button", { name: /Pay rent/ }).first()).toBeVisible();
});

test("a day by keyboard: add, move, prioritise, complete, undo, delete", async ({ page }) => {
  await signUp(page);
  await page.keyboard.press("g");
  await page.keyboard.press("i");
  await page.waitForURL("**/inbox/");
  await add(page, "First");
  await add(page, "Second");
  await page.keyboard.press("j");
  await expect(page.getByRole("button", { name: "First", exact: true })).toBeFocused();
  await page.keyboard.press("1");
  await expect(page.getByRole("listitem").filter({ hasText: "First" }).getByText("Urgent")).toBeAttached();
  await page.keyboard.press("Alt+ArrowDown");
  await expect(page.getByRole("list", { name: "Inbox" }).getByRole("listitem").first()).toContainText("Second");
  await page.keyboard.press("e");
  await expect(page.getByRole("button", { name: "First", exact: true })).toBeHidden();
  await page.keyboard.press("Control+z");
  await expect(page.getByRole("button", { name: "First", exact: true })).toBeVisible();
  await page.getByRole("button", { name: "First", exact: true }).focus();
  await page.keyboard.press("Delete");
  await expect(page.getByRole("button", { name: "First", exact: true })).toBeHidden();
  await page.reload();
  await expect(page.getByRole("button", { name: "Second", exact: true })).toBeVisible();
  await expect(page.getByRole("button", { name: "First", exact: true })).toBeHidden();
});

test("edits of title and notes in the panel are there after a reload", async ({ page }) => {
  await signUp(page);
  await page.goto("/inbox/");
  await add(page, "Draft");
  await page.getByRole("button", { name: "Draft", exact: true }).click();
  const panel = page.getByRole("complementary", { name: "Task details" });
  await panel.getByLabel("Title").fill("Final");
  await panel.getByLabel("Notes").fill("**bold** <img src=x onerror=alert(1)> [x](javascript:alert(1))");
  await panel.getByLabel("Notes").blur();
  await expect(panel.locator("strong")).toHaveText("bold");
  await expect(panel.locator("img")).toHaveCount(0);
  await expect(panel.locator("a[href^='javascript']")).toHaveCount(0);
  await page.waitForTimeout(600);
  await page.reload();
  await expect(panel.getByLabel("Title")).toHaveValue("Final");
});

test("offline: changes wait and are sent when the connection is back", async ({ page, context }) => {
  await signUp(page);
  await page.goto("/inbox/");
  await add(page, "Before");
  await expect(page.getByRole("button", { name: "Before", exact: true })).toBeVisible();
  await page.waitForTimeout(800);
  await context.setOffline(true);
  await add(page, "On the train");
  await expect(page.getByText(/Offline/)).toBeVisible();
  await expect(page.getByRole("button", { name: "On the train", exact: true })).toBeVisible();
  await context.setOffline(false);
  await expect(page.getByText(/Offline/)).toBeHidden({ timeout: 15_000 });
  await page.reload();
  await expect(page.getByRole("button", { name: "On the train", exact: true })).toBeVisible();
});

test("search finds a task by a word of it", async ({ page }) => {
  await signUp(page);
  await add(page, "Renew the passport");
  await page.waitForTimeout(500);
  await page.keyboard.press("/");
  await page.waitForURL("**/search/");
  await page.getByLabel("Search tasks").fill("passport");
  await expect(page.getByRole("button", { name: "Renew the passport", exact: true })).toBeVisible();
});

test("a change made in one window appears in the other", async ({ page, context }) => {
  await signUp(page);
  await page.goto("/inbox/");
  const other = await context.newPage();
  await other.goto("/inbox/");
  await expect(other.getByRole("heading", { name: "Your head is clear" })).toBeVisible();
  await other.waitForTimeout(1500);
  await add(page, "Seen everywhere");
  await expect(other.getByRole("button", { name: "Seen everywhere", exact: true })).toBeVisible({ timeout: 12_000 });
});

test("the whole app speaks German", async ({ page }) => {
  await signUp(page);
  await page.goto("/settings/?section=profile");
  await page.getByLabel("Language").selectOption("de");
  await expect(page.getByRole("heading", { name: "Einstellungen" })).toBeVisible();
  await page.goto("/today/");
  await expect(page.getByRole("heading", { name: "Für heute fertig" })).toBeVisible();
});
