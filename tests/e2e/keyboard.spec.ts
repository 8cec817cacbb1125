import { expect, test, type Page } from "@playwright/test";
import { apiOf, day } from "./api";
import { signUp } from "./person";

/** Presses Tab until the element with this name has the focus; the ring around it must be seen. */
async function tabTo(page: Page, role: Parameters<Page["getByRole"]>[0], name: string | RegExp, key: "Tab" | "Shift+Tab" = "Tab") {
  const target = page.getByRole(role, { name }).first();
  await expect(target).toBeVisible();
  for (let presses = 0; presses < 80; presses++) {
    if (await target.evaluate((element) => element === document.activeElement)) {
      const ring = await target.evaluate((element) => getComputedStyle(element).outlineStyle);
      expect(ring, `the focus ring of ${String(name)}`).not.toBe("none");
      return;
    }
    await page.keyboard.press(key);
  }
  throw new Error(`Tab never reached ${role} ${String(name)}`);
}

test("signing up, a setting, a token and its revocation work without a mouse", async ({ page }) => {
  await page.goto("/sign-up/");
  await expect(page.getByLabel("Name")).toBeFocused();
  await page.keyboard.press("Tab");
  await page.keyboard.type(`keys-${Date.now()}@example.com`);
  await page.keyboard.press("Tab");
  await page.keyboard.type("twelve green umbrellas");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/today/");
  await expect(page.getByRole("heading", { name: "Done for today" })).toBeVisible();
  await page.keyboard.press("g");
  await page.keyboard.press("s");
  await page.waitForURL("**/settings/");
  await tabTo(page, "combobox", "Week starts on");
  await page.keyboard.type("Su");
  await expect(page.getByText("Saved", { exact: true })).toBeVisible();
  await tabTo(page, "link", "API tokens", "Shift+Tab");
  await page.keyboard.press("Enter");
  await tabTo(page, "button", "New token");
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("Name")).toBeFocused();
  await page.keyboard.type("Made by keys");
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("Token", { exact: true })).toBeVisible();
  await tabTo(page, "button", "Revoke token Made by keys");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: "Revoke token Made by keys" })).toBeFocused();
  await page.keyboard.press("Enter");
  await tabTo(page, "button", "Revoke");
  await page.keyboard.press("Enter");
  await expect(page.getByText("No tokens yet")).toBeVisible();
});

test("a series is paused and a deleted task restored without a mouse", async ({ page }) => {
  await signUp(page);
  const api = await apiOf(page);
  await api.call("POST", "/api/recurring-tasks", { rrule: "FREQ=DAILY", dtstart: `${day(1)}T09:00`, time_zone: "Europe/Berlin", template: { title: "Plants" } });
  const { id } = await api.task("Come back");
  await api.call("DELETE", `/api/tasks/${id}`);
  await page.keyboard.press("g");
  await page.keyboard.press("r");
  await page.waitForURL("**/recurring/");
  await tabTo(page, "button", "Actions for Plants");
  await page.keyboard.press("Enter");
  const pause = page.getByRole("menuitem", { name: "Pause" });
  await expect(pause).toBeVisible();
  for (let presses = 0; presses < 6 && !(await pause.evaluate((item) => item === document.activeElement)); presses++) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(page.getByText("Paused", { exact: true })).toBeVisible();
  await page.keyboard.press("g");
  await page.keyboard.press("x");
  await page.waitForURL("**/trash/");
  await tabTo(page, "button", "Restore “Come back”");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "The trash is empty" })).toBeVisible();
});
