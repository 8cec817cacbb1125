import { expect, test, type Page } from "@playwright/test";
import { apiOf, day } from "./api";
import { add, signUp } from "./person";

async function act(page: Page, title: string, action: string) {
  await page.getByRole("button", { name: `Actions for ${title}` }).click();
  await page.getByRole("menuitem", { name: action }).click();
}

test("a series typed in words shows its rule and its next dates", async ({ page }) => {
  await signUp(page);
  await page.goto("/recurring/");
  await expect(page.getByRole("heading", { name: "Nothing repeats" })).toBeVisible();
  await add(page, "Stretch every 2 weeks on monday at 9");
  const row = page.getByRole("list", { name: "Repeating" }).getByRole("listitem").filter({ hasText: "Stretch" }).first();
  await expect(row).toContainText(/Every 2 weeks on Mon/i);
  await page.getByRole("button", { name: /^Stretch/ }).click();
  const dates = page.getByRole("list", { name: "Next dates" }).getByRole("listitem");
  await expect(dates).toHaveCount(5);
  await expect(dates.first()).toContainText("Mon");
  await expect(dates.first()).toContainText("9:00");
});

test("a series is paused, goes on, skips, ends and is deleted", async ({ page }) => {
  await signUp(page);
  const api = await apiOf(page);
  await api.call("POST", "/api/recurring-tasks", { rrule: "FREQ=DAILY", dtstart: `${day(1)}T09:00`, time_zone: "Europe/Berlin", template: { title: "Plants" } });
  await page.goto("/recurring/");
  await act(page, "Plants", "Pause");
  await expect(page.getByText("Paused", { exact: true })).toBeVisible();
  await page.reload();
  await expect(page.getByText("Paused", { exact: true })).toBeVisible();
  await act(page, "Plants", "Resume");
  await expect(page.getByText("Paused", { exact: true })).toBeHidden();

  await act(page, "Plants", "Skip the next one");
  await expect(page.getByText(/^Skipped\. Next:/)).toBeVisible();
  await page.getByRole("button", { name: /^Plants/ }).click();
  const dates = page.getByRole("list", { name: "Next dates" }).getByRole("listitem");
  await expect(dates.first()).toContainText(String(Number(day(2).slice(8))));

  await act(page, "Plants", "End series");
  await page.getByRole("dialog").getByRole("button", { name: "End series" }).click();
  await page.getByRole("button", { name: /^Ended/ }).click();
  await expect(page.getByRole("list", { name: "Ended" }).getByText("Plants")).toBeVisible();
  await act(page, "Plants", "Delete series");
  await page.getByRole("dialog").getByRole("button", { name: "Delete series" }).click();
  await expect(page.getByRole("heading", { name: "Nothing repeats" })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("heading", { name: "Nothing repeats" })).toBeVisible();
});

test("editing a series changes its rule, time and task", async ({ page }) => {
  await signUp(page);
  const api = await apiOf(page);
  await api.call("POST", "/api/recurring-tasks", { rrule: "FREQ=DAILY", dtstart: `${day(1)}T09:00`, time_zone: "Europe/Berlin", template: { title: "Plants" } });
  await page.goto("/recurring/");
  await act(page, "Plants", "Edit series");
  const dialog = page.getByRole("dialog", { name: "Edit series" });
  await dialog.getByLabel("Title").fill("Flowers");
  await dialog.getByLabel("Time of day").fill("18:30");
  await dialog.getByLabel("Unit").selectOption("WEEKLY");
  for (const name of ["Tuesday", "Thursday"]) {
    const button = dialog.getByRole("button", { name });
    if ((await button.getAttribute("aria-pressed")) !== "true") await button.click();
  }
  for (const name of ["Monday", "Wednesday", "Friday", "Saturday", "Sunday"]) {
    const button = dialog.getByRole("button", { name });
    if ((await button.getAttribute("aria-pressed")) === "true") await button.click();
  }
  await expect(dialog.getByRole("region", { name: "Next dates" })).toContainText("18:30");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
  await page.reload();
  const row = page.getByRole("list", { name: "Repeating" }).getByRole("listitem").filter({ hasText: "Flowers" }).first();
  await expect(row).toContainText(/Tue and Thu/);
  await expect(row).toContainText("18:30");
  await act(page, "Flowers", "Open the present task");
  await expect(page.getByRole("complementary", { name: "Task details" }).getByLabel("Title")).toHaveValue("Flowers");
});
