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
