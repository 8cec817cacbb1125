/** A new account for each test: tests share the running bundle and nothing else. */
import { expect, type Page } from "@playwright/test";

let counter = 0;
export async function signUp(page: Page): Promise<void> {
  await page.goto("/sign-up/");
  await page.getByLabel("Email").fill(`e2e-${Date.now()}-${process.pid}-${++counter}@example.com`);
  await page.getByLabel("Password", { exact: true }).fill("twelve green umbrellas");
  await page.getByRole("button", { name: "Create account" }).click();
  await page.waitForURL("**/today/");
  await expect(page.getByRole("heading", { name: "Done for today" })).toBeVisible();
}

export async function add(page: Page, text: string): Promise<void> {
  await page.keyboard.press("q");
  await page.getByLabel("New task").fill(text);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toBeHidden();
}
