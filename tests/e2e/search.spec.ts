import { expect, test, type Page } from "@playwright/test";
import { apiOf, day } from "./api";
import { signUp } from "./person";

const result = (page: Page, title: string) => page.getByRole("list", { name: "Search results" }).getByRole("button", { name: title, exact: true });
const field = (page: Page) => page.getByLabel("Search tasks");

test.beforeEach(async ({ page }) => {
  await signUp(page);
  const api = await apiOf(page);
  await api.task("Renew the passport", { priority: "high", tags: ["travel"], due_on: day(3) });
  await api.task("Book the ferry", { tags: ["travel"], notes: "with the old passport" });
  const done = await api.task("Pay rent", { priority: "urgent", tags: ["home"] });
  await api.call("POST", `/api/tasks/${done.id}/complete`);
});

test("words find titles and notes, completed tasks included; the address keeps the search", async ({ page }) => {
  await page.goto("/search/");
  await expect(field(page)).toBeFocused();
  await field(page).fill("passport");
  await expect(result(page, "Renew the passport")).toBeVisible();
  await expect(result(page, "Book the ferry")).toBeVisible();
  await expect(page.getByText("2 tasks", { exact: true })).toBeVisible();
  await page.reload();
  await expect(field(page)).toHaveValue("passport");
  await expect(result(page, "Book the ferry")).toBeVisible();
  await field(page).fill("rent");
  await expect(result(page, "Pay rent")).toBeVisible();
  await page.getByRole("button", { name: "Clear search" }).click();
  await expect(page.getByRole("heading", { name: "Search everything" })).toBeVisible();
});

test("filters narrow down, the order changes, and one click clears", async ({ page }) => {
  await page.goto("/search/");
  await page.getByRole("button", { name: "Tags" }).click();
  await page.getByRole("menuitemcheckbox", { name: "travel" }).click();
  await page.keyboard.press("Escape");
  await expect(result(page, "Book the ferry")).toBeVisible();
  await expect(result(page, "Pay rent")).toBeHidden();
  await page.getByRole("button", { name: "Priority", exact: true }).click();
  await page.getByRole("menuitemcheckbox", { name: "High" }).click();
  await page.keyboard.press("Escape");
  await expect(result(page, "Book the ferry")).toBeHidden();
  await page.reload();
  await expect(result(page, "Renew the passport")).toBeVisible();
  await expect(result(page, "Book the ferry")).toBeHidden();
  await page.getByRole("button", { name: "Clear filters" }).click();
  await page.getByRole("button", { name: "Status" }).click();
  await page.getByRole("menuitemcheckbox", { name: "Completed" }).click();
  await page.keyboard.press("Escape");
  await expect(result(page, "Pay rent")).toBeVisible();
  await expect(result(page, "Renew the passport")).toBeHidden();
  await page.getByRole("button", { name: "Status" }).click();
  await page.getByRole("menuitemcheckbox", { name: "Open" }).click();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: /^Sort/ }).click();
  await page.getByRole("menuitemcheckbox", { name: "Title" }).click();
  await page.keyboard.press("Escape");
  const titles = page.getByRole("list", { name: "Search results" }).getByRole("listitem");
  await expect(titles.first()).toContainText("Book the ferry");
});

test("the filter language works in the search field, and an error points at its place", async ({ page }) => {
  await page.goto("/search/");
  await field(page).fill("tag:travel due<+7d");
  await expect(page.getByText("Filter language")).toBeVisible();
  await expect(result(page, "Renew the passport")).toBeVisible();
  await expect(result(page, "Book the ferry")).toBeHidden();
  await field(page).fill("tag:travel priority:hgh");
  const problem = page.getByRole("alert").filter({ hasText: "Character" });
  await expect(problem).toContainText("Character 21: Expected one of none, low, medium, high, urgent");
  await expect(problem.locator("mark")).toHaveText("hgh");
  await expect(field(page)).toHaveAttribute("aria-invalid", "true");
  await page.getByRole("button", { name: "Character 21" }).click();
  await page.keyboard.type("high");
  await expect(field(page)).toHaveValue("tag:travel priority:high");
  await expect(problem).toBeHidden();
  await page.reload();
  await expect(field(page)).toHaveValue("tag:travel priority:high");
  await expect(result(page, "Renew the passport")).toBeVisible();
});

test("examples fill the search; slash comes back to it; arrow down goes into the results", async ({ page }) => {
  await page.goto("/search/");
  await page.getByRole("button", { name: "Add “is:open” to the search" }).click();
  await expect(result(page, "Book the ferry")).toBeVisible();
  await expect(result(page, "Pay rent")).toBeHidden();
  await page.getByRole("heading", { name: "Search" }).click();
  await field(page).evaluate((input: HTMLElement) => input.blur());
  await page.keyboard.press("/");
  await expect(field(page)).toBeFocused();
  await expect(field(page)).toHaveValue("is:open");
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("list", { name: "Search results" }).locator(":focus")).toHaveCount(1);
});
