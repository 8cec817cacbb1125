import { expect, test, type Browser, type Page } from "@playwright/test";
import { apiOf } from "./api";
import { signUp } from "./person";

const PASSWORD = "twelve green umbrellas";

async function signIn(page: Page, email: string, password = PASSWORD) {
  await page.goto("/sign-in/");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}
async function otherDevice(browser: Browser, email: string): Promise<Page> {
  const page = await (await browser.newContext({ userAgent: "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Mobile Safari/605.1" })).newPage();
  await signIn(page, email);
  await page.waitForURL("**/today/");
  return page;
}
const emailOf = async (page: Page) => (await (await apiOf(page)).call("GET", "/api/auth/me")).email as string;

test("a new password is checked beside its field, and then it is the one that counts", async ({ page, browser }) => {
  await signUp(page);
  const email = await emailOf(page);
  const elsewhere = await otherDevice(browser, email);
  await page.goto("/settings/?section=security");
  const current = page.getByLabel("Current password");
  const next = page.getByLabel("New password");
  const change = page.getByRole("button", { name: "Change password" });
  await current.fill("not mine at all");
  await next.fill("nine paper lanterns");
  await change.click();
  await expect(current).toHaveAccessibleDescription("This is not your password.");
  await current.fill(PASSWORD);
  await next.fill("password1");
  await change.click();
  await expect(next).toHaveAccessibleDescription("This password is easy to guess. Choose another.");
  await next.fill("nine paper lanterns");
  await change.click();
  await expect(page.getByText("Password changed", { exact: true })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("heading", { name: "Settings" })).toBeVisible();
  await elsewhere.reload();
  await elsewhere.waitForURL("**/sign-in/**");
  await signIn(elsewhere, email);
  await expect(elsewhere.getByText("Email or password is wrong.")).toBeVisible();
  await signIn(elsewhere, email, "nine paper lanterns");
  await elsewhere.waitForURL("**/today/");
});

test("a session elsewhere is seen and signed out", async ({ page, browser }) => {
  await signUp(page);
  const email = await emailOf(page);
  const phone = await otherDevice(browser, email);
  await page.goto("/settings/?section=security");
  const sessions = page.getByRole("list", { name: "Where you are signed in" }).getByRole("listitem");
  await expect(sessions).toHaveCount(2);
  await expect(sessions.first()).toContainText("This browser");
  await page.getByRole("button", { name: "Sign out Safari on iOS" }).click();
  await expect(sessions).toHaveCount(1);
  await phone.reload();
  await phone.waitForURL("**/sign-in/**");
  await page.reload();
  await expect(sessions).toHaveCount(1);
  await otherDevice(browser, email);
  await page.reload();
  await page.getByRole("button", { name: "Sign out everywhere else" }).click();
  await expect(sessions).toHaveCount(1);
  await expect(page.getByRole("button", { name: "Sign out everywhere else" })).toBeHidden();
});

test("an account is deleted only with its password, and is gone then", async ({ page }) => {
  await signUp(page);
  const email = await emailOf(page);
  await page.goto("/settings/?section=security");
  await page.getByRole("button", { name: "Delete account" }).click();
  const password = page.getByLabel("Enter your password to confirm");
  await expect(password).toBeFocused();
  await password.fill("something else");
  await page.getByRole("button", { name: "Delete everything" }).click();
  await expect(password).toHaveAccessibleDescription("This is not your password.");
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Delete account" }).click();
  await page.getByLabel("Enter your password to confirm").fill(PASSWORD);
  await page.getByRole("button", { name: "Delete everything" }).click();
  await page.waitForURL("**/sign-in/**");
  await signIn(page, email);
  await expect(page.getByText("Email or password is wrong.")).toBeVisible();
});
