import { expect, test } from "@playwright/test";
import { apiOf } from "./api";
import { add, choose, open, row, settled, signUp, task } from "./person";

test("what happens in one tab shows in the other: add, edit, complete, undo", async ({ page, context }) => {
  await signUp(page);
  await open(page, "/inbox/");
  const other = await context.newPage();
  const listening = other.waitForResponse("**/api/live");
  await open(other, "/inbox/");
  await listening;
  await add(page, "Seen everywhere");
  await expect(task(other, "Seen everywhere")).toBeVisible({ timeout: 15_000 });
  await settled(page);
  await task(other, "Seen everywhere").focus();
  await other.keyboard.press("1");
  await expect(row(page, "Seen everywhere").getByText("Urgent")).toBeAttached({ timeout: 15_000 });
  await other.keyboard.press("e");
  await expect(task(page, "Seen everywhere")).toBeHidden({ timeout: 15_000 });
  await other.keyboard.press("Control+z");
  await expect(task(page, "Seen everywhere")).toBeVisible({ timeout: 15_000 });
});

test("a recurring task ticked off comes back as its next one without a reload", async ({ page }) => {
  await signUp(page);
  await open(page, "/inbox/");
  await add(page, "Water plants every day at 9");
  await expect(task(page, "Water plants")).toBeVisible();
  await settled(page);
  const plants = row(page, "Water plants");
  const before = await plants.textContent();
  await page.getByRole("checkbox", { name: "Complete “Water plants”" }).click();
  await expect(task(page, "Water plants")).toBeHidden();
  await expect(task(page, "Water plants")).toBeVisible({ timeout: 25_000 });
  await expect(plants).not.toHaveText(before!);
  await page.reload();
  await expect(plants).toHaveCount(1);
});

test("when the server cannot tell what was missed, everything is asked for again", async ({ page }) => {
  await signUp(page);
  const api = await apiOf(page);
  let listen = () => {};
  const held = new Promise<void>((resolve) => { listen = resolve; });
  await page.route("**/api/live", async (route) => {
    await held;
    await route.continue({ headers: { ...route.request().headers(), "last-event-id": "not-one-of-ours" } });
  });
  await open(page, "/inbox/");
  await expect(page.getByRole("heading", { name: "Inbox" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Your head is clear" })).toBeVisible();
  const made = await api.task("Made meanwhile");
  // Once it stands in the history its event is out: the stream will not tell of it.
  await expect.poll(async () => JSON.stringify((await api.call("GET", "/api/audit")).items), { timeout: 20_000 }).toContain(made.id);
  await expect(task(page, "Made meanwhile")).toBeHidden();
  listen();
  await expect(task(page, "Made meanwhile")).toBeVisible({ timeout: 15_000 });
});

test("signing out in one tab signs out the other", async ({ page, context }) => {
  await signUp(page);
  const other = await context.newPage();
  await open(other, "/inbox/");
  await choose(page, "sign out");
  await page.waitForURL("**/sign-in/**");
  await other.waitForURL("**/sign-in/**");
});
