import { expect, test } from "@playwright/test";
import { signUp } from "./person";

const PASSWORD = "twelve green umbrellas";
const address = () => `auth-${Date.now()}-${Math.random().toString(36).slice(2)}@example.com`;

test("what is wrong with a new account stands beside its field", async ({ page }) => {
  await page.goto("/sign-up/");
  const email = page.getByLabel("Email");
  const password = page.getByLabel("Password", { exact: true });
  const create = page.getByRole("button", { name: "Create account" });
  await create.click();
  await expect(email).toHaveAccessibleDescription("Enter your email.");
  await expect(email).toBeFocused();
  await email.fill("ada@nowhere");
  await password.fill("short");
  await create.click();
  await expect(password).toHaveAccessibleDescription("At least 8 characters, please.");
  await email.fill("not an address");
  await create.click();
  await expect(email).toHaveAccessibleDescription("Enter an address such as anna@example.com.");
  await email.fill(address());
  await password.fill("password1");
  await create.click();
  await expect(password).toHaveAccessibleDescription("This password is easy to guess. Choose another.");
  await expect(password).toBeFocused();
});

test("an address that has an account leads to signing in", async ({ page, browser }) => {
  await page.goto("/sign-up/");
  const email = address();
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.waitForURL("**/today/");
  const stranger = await (await browser.newContext()).newPage();
  await stranger.goto("/sign-up/");
  await stranger.getByLabel("Email").fill(email);
  await stranger.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await stranger.getByRole("button", { name: "Create account" }).click();
  await expect(stranger.getByText("There is already an account with this email.")).toBeVisible();
  await stranger.getByRole("link", { name: "Sign in instead" }).click();
  await expect(stranger.getByRole("heading", { name: "Welcome back" })).toBeVisible();
});

test("signing out and in again leads to the page that was asked for", async ({ page }) => {
  await page.goto("/sign-up/");
  const email = address();
  await page.getByLabel("Name").fill("Ada");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.waitForURL("**/today/");
  await page.getByRole("button", { name: "Account of Ada" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.waitForURL("**/sign-in/**");
  await page.goto("/activity/");
  await page.waitForURL("**/sign-in/?next=%2Factivity%2F");
  await page.getByRole("link", { name: "Create account" }).click();
  await page.waitForURL("**/sign-up/?next=%2Factivity%2F");
  await page.getByRole("link", { name: "Sign in" }).click();
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill("not this one");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText("Email or password is wrong.")).toBeVisible();
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByLabel("Password", { exact: true }).press("Enter");
  await page.waitForURL("**/activity/");
  await page.reload();
  await expect(page.getByRole("heading", { name: "Activity" })).toBeVisible();
});

test("an address in ?next= that leads elsewhere is not followed", async ({ page }) => {
  await signUp(page);
  await page.goto("/sign-in/?next=//example.com/");
  await page.waitForURL("**/today/");
  expect(new URL(page.url()).host).toBe(new URL(test.info().project.use.baseURL!).host);
});

test("too many wrong passwords are told with the seconds to wait", async ({ page }) => {
  await page.goto("/sign-in/");
  await page.getByLabel("Email").fill(address());
  const button = page.getByRole("button", { name: "Sign in" });
  const slow = page.getByText(/^Too many tries\. Try again in/);
  for (let attempt = 0; attempt < 40 && !(await slow.isVisible()); attempt++) {
    await page.getByLabel("Password", { exact: true }).fill(`wrong ${attempt}`);
    const answered = page.waitForResponse("**/api/auth/login");
    await button.click();
    await answered;
    await page.waitForTimeout(50);
  }
  await expect(slow).toBeVisible();
  await expect(button).toBeDisabled();
  await expect(button).toBeEnabled({ timeout: 20_000 });
});

test("password managers find their way, and a typed password can be looked at", async ({ page }) => {
  await page.goto("/sign-in/");
  await expect(page.getByLabel("Email")).toHaveAttribute("autocomplete", "username");
  const password = page.getByLabel("Password", { exact: true });
  await expect(password).toHaveAttribute("autocomplete", "current-password");
  await password.fill("visible");
  await page.getByRole("button", { name: "Show password" }).click();
  await expect(password).toHaveAttribute("type", "text");
  await page.getByRole("button", { name: "Hide password" }).click();
  await expect(password).toHaveAttribute("type", "password");
  await page.goto("/sign-up/");
  await expect(page.getByLabel("Password", { exact: true })).toHaveAttribute("autocomplete", "new-password");
});
