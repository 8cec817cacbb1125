import { expect, test, type Page } from "@playwright/test";
import { apiOf, day } from "./api";
import { add, open, settled, signUp, task, titles } from "./person";

/** Installed, with every file kept. */
async function installed(page: Page): Promise<void> {
  await page.evaluate(async () => { await navigator.serviceWorker.ready; });
  await expect.poll(() => page.evaluate(async () => {
    const [name] = (await caches.keys()).filter((each) => each.startsWith("obsidianlist-"));
    return name ? (await (await caches.open(name)).keys()).length : 0;
  }), { timeout: 30_000 }).toBeGreaterThan(40);
}

test("without a connection the app starts, shows everything, takes changes and sends each once when it is back", async ({ page, context }) => {
  test.setTimeout(90_000);
  await signUp(page);
  await open(page, "/inbox/");
  await add(page, "Before #train");
  await expect(task(page, "Before")).toBeVisible();
  await settled(page);
  await installed(page);
  await page.waitForTimeout(2_000);
  await context.setOffline(true);
  await page.reload();
  await expect(page.getByText(/^Offline/)).toBeVisible();
  await expect(task(page, "Before")).toBeVisible();
  await page.getByRole("link", { name: /^Today/ }).click();
  await expect(page.getByRole("heading", { name: "Done for today" })).toBeVisible();
  await page.goto("/tag/?name=train");
  await expect(task(page, "Before")).toBeVisible();
  await page.goto("/inbox/");
  await add(page, "On the train !high #work today");
  await expect(task(page, "On the train")).toBeVisible();
  await task(page, "Before").focus();
  await page.keyboard.press("e");
  const waiting = page.getByText(/Offline · 2 changes waiting/);
  await expect(waiting).toBeVisible();
  const message = page.locator("[data-sonner-toast][data-front=true]");
  await expect.poll(async () => {
    const [above, below] = [await message.boundingBox(), await waiting.boundingBox()];
    return above && below && above.y + above.height <= below.y;
  }, { message: "a message covers the line that says what waits" }).toBe(true);
  await page.reload();
  await expect.poll(() => titles(page, "Inbox")).toEqual(["On the train"]);

  const sent: string[] = [];
  page.on("request", (request) => { if (request.method() === "POST" && /\/api\/tasks(\/[^/]+\/complete)?$/.test(new URL(request.url()).pathname)) sent.push(request.headers()["idempotency-key"] ?? "none"); });
  await context.setOffline(false);
  await expect(page.getByText(/Offline/)).toBeHidden({ timeout: 20_000 });
  await settled(page);
  expect(sent).not.toContain("none");
  await page.reload();
  await expect.poll(() => titles(page, "Inbox")).toEqual(["On the train"]);
  const { items } = await (await apiOf(page)).call("GET", "/api/tasks?status=all");
  expect((items as { title: string; status: string }[]).map(({ title, status }) => `${title}: ${status}`).sort()).toEqual(["Before: completed", "On the train: open"]);
});

test("what was typed without a connection is read by the server as of the day it was typed", async ({ page, context }) => {
  await signUp(page);
  await open(page, "/inbox/");
  await add(page, "Here already");
  await settled(page);
  await context.setOffline(true);
  await add(page, "Water plants every monday at 9 #garden\nRing Ben in 3 days !high\n  about the garden");
  await expect.poll(() => titles(page, "Inbox")).toEqual(["Here already", "Water plants every monday at 9", "Ring Ben in 3 days"]);
  await add(page, "Standup every day at 10");
  await expect(task(page, "Standup every day at 10")).toBeVisible();
  await page.keyboard.press("Control+z");
  await expect(task(page, "Standup every day at 10")).toBeHidden();
  await page.keyboard.press("q");
  await page.getByLabel("New task").fill("anything");
  await expect(page.getByText(/^Offline: dates and repetitions/)).toBeVisible();
  await page.getByRole("button", { name: "Cancel" }).click();
  await context.setOffline(false);
  await expect.poll(() => titles(page, "Inbox"), { timeout: 20_000 }).toEqual(["Here already", "Water plants", "Ring Ben"]);
  await settled(page);
  const api = await apiOf(page);
  const { items } = await api.call("GET", "/api/tasks?sort=rank");
  expect((items as Record<string, unknown>[]).map(({ title, notes, priority, tags, due_on }) => ({ title, notes, priority, tags, due_on }))).toEqual([
    expect.objectContaining({ title: "Here already" }),
    { title: "Water plants", notes: "", priority: "none", tags: ["garden"], due_on: null },
    { title: "Ring Ben", notes: "about the garden", priority: "high", tags: [], due_on: day(3) },
  ]);
  const series = await api.call("GET", "/api/recurring-tasks");
  expect((series.items as { rrule: string }[]).map(({ rrule }) => rrule)).toEqual(["FREQ=WEEKLY;BYDAY=MO"]);
});

test("a change whose answer is lost is sent again with the same key and happens once", async ({ page }) => {
  await signUp(page);
  await open(page, "/inbox/");
  const keys: string[] = [];
  await page.route("**/api/tasks", async (route) => {
    if (route.request().method() !== "POST") return route.continue();
    keys.push(route.request().headers()["idempotency-key"] ?? "none");
    if (keys.length > 1) return route.continue();
    await route.fetch();
    await route.abort("connectionreset");
  });
  await add(page, "Only once");
  await expect.poll(() => keys.length, { timeout: 15_000 }).toBe(2);
  expect(keys[0]).toBe(keys[1]);
  await settled(page);
  await page.reload();
  await expect.poll(() => titles(page, "Inbox")).toEqual(["Only once"]);
});

test("what waits in a closed tab is sent by the next one", async ({ page, context }) => {
  await signUp(page);
  await open(page, "/inbox/");
  await page.route("**/api/tasks", (route) => (route.request().method() === "POST" ? route.abort("connectionreset") : route.continue()));
  await add(page, "Left behind");
  await expect(task(page, "Left behind")).toBeVisible();
  await page.close({ runBeforeUnload: false });
  const next = await context.newPage();
  await open(next, "/inbox/");
  await expect(task(next, "Left behind")).toBeVisible();
  await settled(next);
  await next.reload();
  await expect.poll(() => titles(next, "Inbox")).toEqual(["Left behind"]);
});
