/** A page reloaded while what was done on it is on its way to the server. */
import { expect, test } from "@playwright/test";
import { apiOf } from "./api";
import { add, open, row, settled, signUp } from "./person";

test("a task whose page is reloaded before the answer came is never there twice", async ({ page }) => {
  await signUp(page);
  const api = await apiOf(page);
  await api.task("Here before");
  await open(page, "/inbox/");
  await expect(row(page, "Here before")).toBeVisible();
  // The most rows of this task that the page ever showed at once.
  await page.addInitScript(() => {
    const scope = window as unknown as { most: number };
    scope.most = 0;
    new MutationObserver(() => {
      const rows = [...document.querySelectorAll("[data-task-row] [data-title]")].filter((title) => title.textContent === "Only once").length;
      scope.most = Math.max(scope.most, rows);
    }).observe(document, { childList: true, subtree: true });
  });
  let sent = 0;
  const keys = new Set<string | undefined>();
  await page.route("**/api/tasks", async (route) => {
    if (route.request().method() !== "POST") return route.continue();
    keys.add(route.request().headers()["idempotency-key"]);
    const response = await route.fetch();
    // The first answer never reaches the page; the second is late, so that a list asked for beside it would have been there first.
    if (++sent === 1) return;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await route.fulfill({ response });
  });
  await add(page, "Only once");
  await expect.poll(() => sent).toBe(1);
  await page.reload();
  await expect(row(page, "Only once")).toBeVisible();
  await settled(page);
  await expect(row(page, "Only once")).toHaveCount(1);
  await expect.poll(() => sent).toBe(2);
  expect(keys.size).toBe(1);
  expect(await page.evaluate(() => (window as unknown as { most: number }).most)).toBe(1);
});
