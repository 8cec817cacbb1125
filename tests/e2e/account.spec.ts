import { expect, test, type Browser, type Page } from "@playwright/test";
import { signUp } from "./person";

// Mails take their way through the broker; several pages each.
test.describe.configure({ timeout: 180_000 });

const PASSWORD = "twelve green umbrellas";
const NEW = "nine paper lanterns at dusk";
const emailOf = (page: Page) => page.evaluate(() => (JSON.parse(localStorage.getItem("obsidianlist.user")!) as { email: string }).email);

/** Waits for a mail in the mailbox page and returns the address of its link. */
async function linkOf(page: Page, subject: string): Promise<string> {
  await page.goto("/mailbox/");
  const mail = page.getByRole("button", { name: subject }).first();
  await expect(async () => {
    if (!(await mail.isVisible())) await page.reload();
    await expect(mail).toBeVisible({ timeout: 2000 });
  }).toPass({ timeout: 45_000 });
  await mail.click();
  const link = page.getByRole("link", { name: /#token=oll_/ });
  await expect(link).toBeVisible();
  return (await link.getAttribute("href"))!;
}

const elsewhere = async (browser: Browser) => (await browser.newContext()).newPage();

async function signIn(page: Page, email: string, password: string): Promise<void> {
  await page.goto("/sign-in/");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

test("a forgotten password is set anew with the link in the mail, by keyboard", async ({ page, browser }) => {
  await signUp(page);
  const email = await emailOf(page);
  const other = await elsewhere(browser);
  await other.goto("/sign-in/");
  await other.getByLabel("Email").focus();
  for (let tabs = 0; tabs < 3; tabs++) await other.keyboard.press("Tab");
  await expect(other.getByRole("link", { name: "Forgot password?" })).toBeFocused();
  await other.keyboard.press("Enter");
  await expect(other.getByRole("heading", { name: "Forgot your password?" })).toBeVisible();
  await expect(other.getByLabel("Email")).toBeFocused();
  await other.keyboard.press("Enter");
  await expect(other.getByLabel("Email")).toHaveAccessibleDescription("Enter your email.");
  await other.keyboard.type(email);
  await other.keyboard.press("Enter");
  await expect(other.getByRole("heading", { name: "Look into your mail" })).toBeFocused();
  const link = await linkOf(page, "Set a new password");
  await other.goto(link);
  await expect(other.getByRole("heading", { name: "Set a new password" })).toBeVisible();
  expect(other.url()).not.toContain("oll_");
  const password = other.getByLabel("New password");
  await expect(password).toBeFocused();
  await password.fill("password1");
  await other.keyboard.press("Enter");
  await expect(password).toHaveAccessibleDescription("This password is easy to guess. Choose another.");
  await password.fill(NEW);
  await other.keyboard.press("Enter");
  await expect(other.getByRole("heading", { name: "Your new password is set" })).toBeVisible();
  await signIn(other, email, PASSWORD);
  await expect(other.getByText("Email or password is wrong.")).toBeVisible();
  await signIn(other, email, NEW);
  await other.waitForURL("**/today/");
  await linkOfNothing(other, "Your password was changed");
  // The link is used up.
  await other.goto(link);
  await other.getByLabel("New password").fill(`${NEW} again`);
  await other.keyboard.press("Enter");
  await expect(other.getByRole("heading", { name: "This link no longer works" })).toBeVisible();
  await other.getByRole("link", { name: "Send link" }).click();
  await expect(other.getByRole("heading", { name: "Forgot your password?" })).toBeVisible();
});

async function linkOfNothing(page: Page, subject: string): Promise<void> {
  await page.goto("/mailbox/");
  await expect(page.getByRole("button", { name: subject })).toBeVisible({ timeout: 30_000 });
}

test("asking for a stranger looks the same", async ({ page }) => {
  await page.goto("/forgot-password/");
  await page.getByLabel("Email").fill(`nobody-${Date.now()}@example.com`);
  await page.getByRole("button", { name: "Send link" }).click();
  await expect(page.getByRole("heading", { name: "Look into your mail" })).toBeVisible();
});

test("a new account's address is confirmed by the link in the mail", async ({ page }) => {
  await signUp(page);
  await page.goto("/settings/");
  await expect(page.getByText("not confirmed")).toBeVisible();
  await page.goto(await linkOf(page, "Confirm your e-mail address"));
  await page.getByRole("button", { name: "Confirm", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Email confirmed" })).toBeVisible();
  await page.getByRole("link", { name: "To the settings" }).click();
  await expect(page.getByRole("button", { name: "Change", exact: true })).toBeVisible();
  await expect(page.getByText("not confirmed")).toBeHidden();
});

test("the address changes when the new one is confirmed, and a waiting change can be taken back", async ({ page, browser }) => {
  await signUp(page);
  const email = await emailOf(page);
  const next = email.replace("e2e-", "new-");
  await page.goto("/settings/");
  const change = page.getByRole("button", { name: "Change", exact: true });
  const ask = async (to: string, password: string) => {
    await page.getByLabel("New email").fill(to);
    await page.getByLabel("Current password").fill(password);
    await page.keyboard.press("Enter");
  };
  await change.click();
  await expect(page.getByLabel("New email")).toBeFocused();
  await ask(next, "not my password");
  await expect(page.getByLabel("Current password")).toHaveAccessibleDescription("This is not your password.");
  await ask(email, PASSWORD);
  await expect(page.getByLabel("New email")).toHaveAccessibleDescription("This is your address already.");
  await ask(`typo-${next}`, PASSWORD);
  const waiting = page.getByText(/^Waiting for .* to be confirmed/);
  await expect(waiting).toContainText(`typo-${next}`);
  await page.getByRole("button", { name: "Keep the old one" }).click();
  await expect(waiting).toBeHidden();
  await change.click();
  await ask(next, PASSWORD);
  await expect(waiting).toContainText(next);
  const link = await linkOf(page, "Confirm your new e-mail address");
  await page.goto("/settings/");
  await expect(waiting).toBeVisible();
  const other = await elsewhere(browser);
  await other.goto(link);
  await other.getByRole("button", { name: "Confirm", exact: true }).click();
  await expect(other.getByText(`${next} is the address of your account.`)).toBeVisible();
  // Coming back to the tab shows it.
  await page.evaluate(() => window.dispatchEvent(new Event("focus")));
  await expect(waiting).toBeHidden();
  await expect(page.getByText(next, { exact: true })).toBeVisible();
  await signIn(other, email, PASSWORD);
  await expect(other.getByText("Email or password is wrong.")).toBeVisible();
  await signIn(other, next, PASSWORD);
  await other.waitForURL("**/today/");
});

test("in German, down to what the server refuses", async ({ browser }) => {
  const page = await (await browser.newContext({ locale: "de-DE" })).newPage();
  await page.goto("/sign-in/");
  await page.getByRole("link", { name: "Passwort vergessen?" }).click();
  await expect(page.getByRole("heading", { name: "Passwort vergessen?" })).toBeVisible();
  await page.goto("/reset-password/#token=oll_made-up");
  await page.getByLabel("Neues Passwort").fill(NEW);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Dieser Link gilt nicht mehr" })).toBeVisible();
  await page.goto("/confirm-email/");
  await expect(page.getByRole("heading", { name: "Dieser Link gilt nicht mehr" })).toBeVisible();
  // A second link in the same tab changes only the hash.
  await page.goto("/confirm-email/#token=oll_made-up");
  await page.getByRole("button", { name: "Bestätigen" }).click();
  await expect(page.getByRole("heading", { name: "Dieser Link gilt nicht mehr" })).toBeVisible();
});
