import { expect, test } from "@playwright/test";
import { apiOf } from "./api";
import { signUp } from "./person";

test("name, week start and zone are kept, and the zone says what it decides", async ({ page }) => {
  await signUp(page);
  await page.goto("/settings/");
  await page.getByLabel("Name").fill("Ada Lovelace");
  await page.getByLabel("Name").press("Enter");
  await expect(page.getByText("Saved", { exact: true })).toBeVisible();
  await expect(page.getByRole("button", { name: "Account of Ada Lovelace" })).toBeVisible();
  await page.getByLabel("Week starts on").selectOption({ label: "Sunday" });
  const zone = page.getByLabel("Time zone");
  await expect(zone).toHaveValue("Europe/Berlin");
  await expect(zone).toHaveAccessibleDescription(/Tasks with a time stay at their moment\./);
  await zone.selectOption("Asia/Tokyo");
  await expect(page.getByText("This device is in Europe/Berlin.")).toBeVisible();
  await page.reload();
  await expect(page.getByLabel("Name")).toHaveValue("Ada Lovelace");
  await expect(page.getByLabel("Week starts on")).toHaveValue("6");
  await expect(zone).toHaveValue("Asia/Tokyo");
  await page.getByRole("button", { name: "Use Europe/Berlin" }).click();
  await expect(zone).toHaveValue("Europe/Berlin");
  await expect(page.getByText("This device is in")).toBeHidden();
});

test("the zone moves what is shown: a time in Berlin is another in New York", async ({ page }) => {
  await signUp(page);
  const api = await apiOf(page);
  await api.task("Call Ben", { due_at: "2027-07-01T12:00:00Z", due_tz: "UTC" });
  await page.goto("/inbox/");
  await expect(page.getByRole("listitem").filter({ hasText: "Call Ben" })).toContainText("14:00");
  await page.goto("/settings/");
  await page.getByLabel("Time zone").selectOption("America/New_York");
  await expect(page.getByText("Saved", { exact: true })).toBeVisible();
  await page.goto("/inbox/");
  await expect(page.getByRole("listitem").filter({ hasText: "Call Ben" })).toContainText(/8:00/);
});

test("the theme is chosen with the keyboard and stays", async ({ page }) => {
  await signUp(page);
  await page.goto("/settings/?section=appearance");
  await page.getByRole("radio", { name: /System/ }).focus();
  await page.keyboard.press("ArrowLeft");
  await expect(page.getByRole("radio", { name: "Dark" })).toBeChecked();
  await expect(page.locator("html")).toHaveClass(/dark/);
  await page.reload();
  await expect(page.locator("html")).toHaveClass(/dark/);
  await page.getByText("Light", { exact: true }).click();
  await expect(page.locator("html")).not.toHaveClass(/dark/);
});

test("single keys can be switched off, and every shortcut is listed", async ({ page }) => {
  await signUp(page);
  await page.goto("/settings/?section=shortcuts");
  await expect(page.getByRole("term").filter({ hasText: "Add task" })).toBeVisible();
  await page.getByRole("switch", { name: "Single-key shortcuts" }).uncheck();
  await page.reload();
  await expect(page.getByRole("switch", { name: "Single-key shortcuts" })).not.toBeChecked();
  await page.getByRole("heading", { name: "Settings", level: 1 }).click();
  await page.keyboard.press("q");
  await expect(page.getByRole("dialog")).toBeHidden();
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("dialog")).toBeVisible();
});
