import { expect, test } from "@playwright/test";
import { apiOf, day } from "./api";
import { signUp } from "./person";

test("a token is shown once, works within its scopes, and stops when revoked", async ({ page, playwright, baseURL }) => {
  await signUp(page);
  await page.goto("/settings/?section=tokens");
  await expect(page.getByText("No tokens yet")).toBeVisible();
  await page.getByRole("button", { name: "New token" }).click();
  await page.getByLabel("Name").fill("Backup script");
  await page.getByRole("checkbox", { name: /^Read tasks/ }).uncheck();
  await page.getByRole("button", { name: "Create token" }).click();
  await expect(page.getByText("Choose at least one.")).toBeVisible();
  await page.getByRole("checkbox", { name: /^Read tasks/ }).check();
  await page.getByLabel("Valid for").selectOption({ label: "30 days" });
  await page.getByRole("button", { name: "Create token" }).click();
  const secret = await page.getByLabel("Token", { exact: true }).inputValue();
  expect(secret).toMatch(/^olt_/);

  const script = await playwright.request.newContext({ baseURL, extraHTTPHeaders: { Authorization: `Bearer ${secret}` } });
  expect((await script.get("/api/tasks")).status()).toBe(200);
  expect((await script.post("/api/tasks", { data: { title: "no" } })).status()).toBe(403);

  await page.reload();
  await expect(page.getByLabel("Token", { exact: true })).toBeHidden();
  const row = page.getByRole("list", { name: "API tokens" }).getByRole("listitem");
  await expect(row).toContainText("Backup script");
  await expect(row).toContainText(/Read tasks · valid until .* · last used/);
  await page.getByRole("button", { name: "Revoke token Backup script" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await expect(page.getByText("No tokens yet")).toBeVisible();
  expect((await script.get("/api/tasks")).status()).toBe(401);
});

test("the calendar feed gives dated tasks to whoever has its address, until it is revoked", async ({ page, playwright }) => {
  await signUp(page);
  const api = await apiOf(page);
  await api.task("Dentist", { due_on: day(5) });
  await page.goto("/settings/?section=calendar");
  await page.getByRole("button", { name: "Create calendar address" }).click();
  const address = await page.getByLabel("Calendar address").inputValue();
  const calendar = await playwright.request.newContext();
  expect(await (await calendar.get(address)).text()).toContain("SUMMARY:Dentist");
  await expect(page.getByRole("link", { name: "Open in a calendar program" })).toHaveAttribute("href", /^webcal:/);

  await page.reload();
  await expect(page.getByLabel("Calendar address")).toBeHidden();
  await expect(page.getByText("The feed is on.")).toBeVisible();
  await page.getByRole("button", { name: "New address" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "New address" }).click();
  const next = await page.getByLabel("Calendar address").inputValue();
  expect(next).not.toBe(address);
  expect((await calendar.get(address)).status()).toBe(404);
  await page.getByRole("button", { name: "Revoke" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await expect(page.getByText("The feed is off.")).toBeVisible();
  expect((await calendar.get(next)).status()).toBe(404);
});

test("what was copied is in the clipboard", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await signUp(page);
  await page.goto("/settings/?section=calendar");
  await page.getByRole("button", { name: "Create calendar address" }).click();
  const address = await page.getByLabel("Calendar address").inputValue();
  await page.getByRole("button", { name: "Copy" }).click();
  await expect(page.getByRole("button", { name: "Copied" })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(address);
});
