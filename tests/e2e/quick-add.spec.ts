import { expect, test, type Page } from "@playwright/test";
import { apiOf } from "./api";
import { add, open, row, settled, signUp, task, titles } from "./person";

const dialogOf = (page: Page) => page.getByRole("dialog");
const chips = (page: Page) => dialogOf(page).getByRole("button", { name: /^(Keep “|„.*“ als Text)/ });
/** The pieces marked in the field itself. */
const marked = (page: Page) => dialogOf(page).locator("mark").allTextContents();

async function write(page: Page, text: string): Promise<void> {
  await expect(page.locator('[data-ready="true"]')).toBeAttached();
  await page.keyboard.press("q");
  await page.getByRole("dialog").getByRole("textbox").fill(text);
}

test("a line is understood as it is typed, and Esc takes its last piece back", async ({ page }) => {
  await signUp(page);
  await write(page, "Pay rent every 1st at 9 !high #home");
  await expect(chips(page)).toHaveCount(4);
  expect(await marked(page)).toEqual(["every 1st", "at 9", "!high", "#home"]);
  await page.keyboard.press("Escape");
  await expect(chips(page)).toHaveCount(3);
  await page.keyboard.press("Enter");
  await expect(dialogOf(page)).toBeHidden();
  await open(page, "/inbox/");
  const rent = row(page, "Pay rent #home");
  await expect(rent.getByText("High")).toBeAttached();
  await settled(page);
  await page.reload();
  await expect(rent.getByText("Repeats")).toBeAttached();
  await expect(rent).toHaveCount(1);
});

test("Backspace behind a piece takes it back, the cross of a chip another one", async ({ page }) => {
  await signUp(page);
  await write(page, "Call Ben tomorrow #work");
  await expect(chips(page)).toHaveCount(2);
  await page.keyboard.press("End");
  await page.keyboard.press("Backspace");
  await expect(chips(page)).toHaveCount(1);
  await expect(page.getByLabel("New task")).toHaveValue("Call Ben tomorrow #work");
  await chips(page).click();
  await expect(chips(page)).toHaveCount(0);
  await page.keyboard.press("Enter");
  await expect(dialogOf(page)).toBeHidden();
  await open(page, "/inbox/");
  await expect(task(page, "Call Ben tomorrow #work")).toBeVisible();
});

test("quoted text stays as it is, and a title that only looks like a date too", async ({ page }) => {
  await signUp(page);
  await write(page, 'Watch "Tomorrow Never Dies" friday');
  await expect(chips(page)).toHaveCount(1);
  expect(await marked(page)).toEqual(["friday"]);
  await page.keyboard.press("Enter");
  await expect(dialogOf(page)).toBeHidden();
  await add(page, "read The 9/11 Report");
  await open(page, "/inbox/");
  await expect(task(page, 'Watch "Tomorrow Never Dies"')).toBeVisible();
  await expect(task(page, "read The 9/11 Report")).toBeVisible();
});

test("emoji before a piece do not shift what is marked", async ({ page }) => {
  await signUp(page);
  await write(page, "🎉👩‍👩‍👧 Party 🎂 tomorrow at 18:00 #fun !urgent");
  await expect(chips(page)).toHaveCount(3);
  expect(await marked(page)).toEqual(["tomorrow at 18:00", "#fun", "!urgent"]);
  await page.keyboard.press("Enter");
  await expect(dialogOf(page)).toBeHidden();
  await open(page, "/inbox/");
  await expect(task(page, "🎉👩‍👩‍👧 Party 🎂")).toBeVisible();
});

test("pasted lines become several tasks in their order", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await signUp(page);
  await open(page, "/inbox/");
  await page.evaluate(() => navigator.clipboard.writeText("Milk #shop\nBread 🥖 #shop tomorrow\nEggs !low"));
  await page.keyboard.press("q");
  await page.getByLabel("New task").press("Control+v");
  await expect(page.getByRole("button", { name: "Add 3 tasks" })).toBeVisible();
  await expect(chips(page)).toHaveCount(4);
  await page.keyboard.press("Enter");
  await expect.poll(() => titles(page, "Inbox")).toEqual(["Milk", "Bread 🥖", "Eggs"]);
  await settled(page);
  await page.reload();
  await expect.poll(() => titles(page, "Inbox")).toEqual(["Milk", "Bread 🥖", "Eggs"]);
});

test("a German line is understood in German", async ({ page }) => {
  await signUp(page);
  await (await apiOf(page)).call("PATCH", "/api/auth/me", { locale: "de-DE" });
  await page.reload();
  await expect(page.getByRole("heading", { name: "Für heute fertig" })).toBeVisible();
  await write(page, "Miete zahlen jeden 1. um 9 !hoch #wohnung");
  await expect(chips(page)).toHaveCount(4);
  await page.keyboard.press("Enter");
  await expect(dialogOf(page)).toBeHidden();
  await open(page, "/inbox/");
  await expect(row(page, "Miete zahlen")).toContainText("wohnung");
  await expect(row(page, "Miete zahlen").getByText("Hoch")).toBeAttached();
});

test("a new series is taken back by Ctrl+Z as a whole", async ({ page }) => {
  await signUp(page);
  await open(page, "/inbox/");
  await add(page, "Water plants every friday");
  await expect(task(page, "Water plants")).toBeVisible();
  await settled(page);
  await page.keyboard.press("Control+z");
  await expect(task(page, "Water plants")).toBeHidden();
  await settled(page);
  await open(page, "/recurring/");
  await expect(page.getByRole("heading", { name: "Nothing repeats" })).toBeVisible();
});
