import { expect, test } from "@playwright/test";
import { apiOf } from "./api";
import { signUp } from "./person";

test("completed tasks stand under their day and can be opened again", async ({ page }) => {
  await signUp(page);
  await page.goto("/completed/");
  await expect(page.getByRole("heading", { name: "Nothing completed yet" })).toBeVisible();
  const api = await apiOf(page);
  const { id } = await api.task("Water the plants");
  await api.call("POST", `/api/tasks/${id}/complete`);
  await page.reload();
  await expect(page.getByRole("heading", { name: "Today", level: 2 })).toBeVisible();
  await page.getByRole("checkbox", { name: "Reopen “Water the plants”" }).click();
  await page.goto("/inbox/");
  await expect(page.getByRole("button", { name: "Water the plants", exact: true })).toBeVisible();
});

test("emptying the trash also takes what is not on screen", async ({ page }) => {
  await signUp(page);
  const api = await apiOf(page);
  for (const batch of [0, 1]) {
    const { results } = await api.call("POST", "/api/tasks/bulk", { operations: Array.from({ length: 65 }, (_, at) => ({ action: "create", task: { title: `Scrap ${batch}-${at}` } })) });
    await api.call("POST", "/api/tasks/bulk", { operations: results.map(({ id }: { id: string }) => ({ action: "delete", id })) });
  }
  await page.goto("/trash/");
  const rows = page.getByRole("list", { name: "Trash" }).getByRole("listitem");
  await expect(rows).toHaveCount(50);
  await page.getByRole("button", { name: "Show more" }).click();
  await expect(rows).toHaveCount(100);
  await page.getByRole("button", { name: "Empty trash" }).click();
  await expect(page.getByRole("dialog")).toContainText("130 tasks are deleted for good.");
  await page.getByRole("dialog").getByRole("button", { name: "Delete for good" }).click();
  await expect(page.getByRole("heading", { name: "The trash is empty" })).toBeVisible({ timeout: 20_000 });
  expect((await api.call("GET", "/api/tasks?trash=true&status=all&total=true")).total).toBe(0);
});

test("the trash gives back, deletes one for good, and is emptied as a whole", async ({ page }) => {
  await signUp(page);
  await page.goto("/trash/");
  await expect(page.getByRole("heading", { name: "The trash is empty" })).toBeVisible();
  const api = await apiOf(page);
  for (const title of ["Back again", "Gone at once", "Gone later"]) {
    const { id } = await api.task(title);
    await api.call("DELETE", `/api/tasks/${id}`);
  }
  const parent = await api.task("Parent");
  await api.task("Child", { parent_id: parent.id });
  await api.call("DELETE", `/api/tasks/${parent.id}`);
  await page.reload();
  const list = page.getByRole("list", { name: "Trash" });
  await expect(list.getByText(/gone in 30 days/).first()).toBeVisible();

  await page.getByRole("button", { name: "Restore “Back again”" }).click();
  await expect(list.getByRole("button", { name: "Back again", exact: true })).toBeHidden();
  await page.getByRole("button", { name: "Delete “Gone at once” for good" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete for good" }).click();
  await expect(list.getByRole("button", { name: "Gone at once", exact: true })).toBeHidden();

  await page.getByRole("button", { name: "Empty trash" }).click();
  await expect(page.getByRole("dialog")).toContainText("tasks are deleted for good. This cannot be undone.");
  await page.getByRole("dialog").getByRole("button", { name: "Delete for good" }).click();
  await expect(page.getByRole("heading", { name: "The trash is empty" })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("heading", { name: "The trash is empty" })).toBeVisible();
  await page.goto("/inbox/");
  await expect(page.getByRole("button", { name: "Back again", exact: true })).toBeVisible();
  await expect(page.getByRole("button", { name: "Gone later", exact: true })).toBeHidden();
});
