import { expect, test } from "@playwright/test";
import { apiOf, type Json } from "./api";
import { signUp } from "./person";

/** The trail is written by a consumer: what was done a moment ago may come a moment later. */
async function written(api: { call(method: string, path: string): Promise<Json> }, count: number) {
  await expect.poll(async () => (await api.call("GET", "/api/audit?limit=100")).items.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(count);
}

test("the trail says what was there before, narrows down and keeps its filter", async ({ page }) => {
  await signUp(page);
  const api = await apiOf(page);
  const rent = await api.task("Pay rent", { due_on: "2027-03-01", tags: ["home"] });
  await api.call("PATCH", `/api/tasks/${rent.id}`, { priority: "high", due_on: "2027-03-02" });
  await api.task("Other task");
  await written(api, 4);
  await page.goto("/activity/");
  const main = page.getByRole("main");
  const change = main.getByRole("listitem").filter({ hasText: "Changed" }).filter({ hasText: "Pay rent" }).first();
  await expect(change.locator("del", { hasText: "1 Mar 2027" })).toBeVisible();
  await expect(change.locator("ins", { hasText: "2 Mar 2027" })).toBeVisible();
  await expect(change.locator("ins", { hasText: "High" })).toBeVisible();

  await page.getByLabel("Kind of change").selectOption({ label: "Created" });
  await expect(main.getByRole("button", { name: "Other task", exact: true })).toBeVisible();
  await expect(main.locator("del")).toHaveCount(0);
  await page.reload();
  await expect(page.getByLabel("Kind of change")).toHaveValue("task.created");
  await page.getByLabel("Kind of change").selectOption("");

  await main.getByRole("listitem").filter({ hasText: "Pay rent" }).first().hover();
  await page.getByRole("button", { name: "Only this task: Pay rent" }).first().click();
  await expect(page.getByText("Changes of “Pay rent”")).toBeVisible();
  await expect(main.getByRole("button", { name: "Other task", exact: true })).toBeHidden();
  await page.reload();
  await expect(main.getByRole("button", { name: "Other task", exact: true })).toBeHidden();
  await page.getByRole("button", { name: "Show everything" }).click();
  await expect(main.getByRole("button", { name: "Other task", exact: true })).toBeVisible();

  await page.getByLabel("Time span").selectOption("-1");
  await page.getByLabel("From").fill("2020-01-01");
  await page.getByLabel("Until").fill("2020-01-31");
  await expect(page.getByRole("heading", { name: "No change matches" })).toBeVisible();
  await page.getByRole("button", { name: "Show everything" }).click();
  await expect(main.getByRole("button", { name: "Other task", exact: true })).toBeVisible();
});

test("a long trail comes page by page", async ({ page }) => {
  await signUp(page);
  const api = await apiOf(page);
  await api.call("POST", "/api/tasks/bulk", { operations: Array.from({ length: 70 }, (_, at) => ({ action: "create", task: { title: `Idea ${at}` } })) });
  await written(api, 71);
  await page.goto("/activity/");
  const entries = page.getByRole("main").getByRole("listitem").filter({ hasText: /^Created/ });
  await expect(entries).toHaveCount(50);
  await page.getByRole("button", { name: "Show more" }).click();
  await expect(entries).toHaveCount(70);
  await expect(page.getByRole("button", { name: "Show more" })).toBeHidden();
  await expect(page.getByText("Account created")).toBeVisible();
});

test("a change, a deletion and a completion are taken back from the trail", async ({ page }) => {
  await signUp(page);
  const api = await apiOf(page);
  const draft = await api.task("Draft");
  await api.call("PATCH", `/api/tasks/${draft.id}`, { title: "Final" });
  const gone = await api.task("Thrown away");
  await api.call("DELETE", `/api/tasks/${gone.id}`);
  const done = await api.task("Too early");
  await api.call("POST", `/api/tasks/${done.id}/complete`);
  await written(api, 7);
  await page.goto("/activity/");
  await page.getByRole("button", { name: "Undo: Changed Final" }).click();
  await page.getByRole("button", { name: "Undo: Deleted Thrown away" }).click();
  await page.getByRole("button", { name: "Undo: Completed Too early" }).click();
  for (const done of ["Restored Thrown away", "Reopened Too early", "Changed Draft"]) await expect(page.getByRole("button", { name: `Undo: ${done}` })).toBeVisible({ timeout: 20_000 });
  await page.goto("/inbox/");
  for (const title of ["Draft", "Thrown away", "Too early"]) await expect(page.getByRole("button", { name: title, exact: true })).toBeVisible();
});
