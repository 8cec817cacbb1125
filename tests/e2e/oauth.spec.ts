import { createHash, randomBytes } from "node:crypto";
import AxeBuilder from "@axe-core/playwright";
import { expect, test, type APIRequestContext, type Page } from "@playwright/test";

const REDIRECT = "http://127.0.0.1:33418/callback";
const PASSWORD = "twelve green umbrellas";

async function account(request: APIRequestContext) {
  const email = `oauth-${randomBytes(8).toString("hex")}@example.com`;
  const made = await request.post("/api/auth/register", { data: { email, password: PASSWORD } });
  expect(made.status()).toBe(201);
  return email;
}

async function consentPage(page: Page, request: APIRequestContext) {
  const client = await (await request.post("/oauth/register", { data: { client_name: "Test app", redirect_uris: [REDIRECT] } })).json() as { client_id: string };
  const verifier = randomBytes(36).toString("base64url");
  const resource = ((await (await request.get("/.well-known/oauth-protected-resource/mcp")).json()) as { resource: string }).resource;
  const query = new URLSearchParams({
    response_type: "code", client_id: client.client_id, redirect_uri: REDIRECT, state: "s-1", resource, scope: "tasks:read tasks:write",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"), code_challenge_method: "S256",
  });
  await page.goto(`/oauth/authorize?${query}`);
  return { ...client, verifier, resource };
}

/** Where the browser is sent at the end: nothing listens there, the address is enough. */
const sentTo = (page: Page) => page.waitForRequest((asked) => asked.url().startsWith(REDIRECT)).then((asked) => new URL(asked.url()));

test.use({ javaScriptEnabled: false });

test("a person connects an app by keyboard and without JavaScript, and the token works", async ({ page, request }) => {
  const email = await account(request);
  const app = await consentPage(page, request);
  await expect(page.getByRole("heading", { name: "Connect “Test app”?" })).toBeVisible();
  await page.getByLabel("Email").focus();
  await page.keyboard.type(email);
  await page.keyboard.press("Tab");
  await page.keyboard.type("wrong password here");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toBeVisible();
  await expect(page.getByLabel("Email")).toHaveValue(email);
  await page.getByLabel("Password").fill(PASSWORD);
  const sent = sentTo(page);
  await page.keyboard.press("Enter");
  const answer = (await sent).searchParams;
  expect(answer.get("state")).toBe("s-1");
  const token = await request.post("/oauth/token", { form: { grant_type: "authorization_code", code: answer.get("code")!, client_id: app.client_id, redirect_uri: REDIRECT, code_verifier: app.verifier, resource: app.resource } });
  expect(token.status()).toBe(200);
  const { access_token } = (await token.json()) as { access_token: string };
  const listed = await request.post("/mcp", { headers: { authorization: `Bearer ${access_token}` }, data: { jsonrpc: "2.0", id: 1, method: "tools/list" } });
  expect(((await listed.json()) as { result: { tools: unknown[] } }).result.tools).toHaveLength(9);
});

test("refusing sends the person back with a refusal", async ({ page, request }) => {
  await consentPage(page, request);
  const sent = sentTo(page);
  await page.getByRole("button", { name: "Cancel" }).click();
  expect((await sent).searchParams.get("error")).toBe("access_denied");
});

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ javaScriptEnabled: true, colorScheme });
    test("the consent page has no axe violation", async ({ page, request }) => {
      await consentPage(page, request);
      expect((await new AxeBuilder({ page }).analyze()).violations.map(({ id }) => id)).toEqual([]);
      await page.goto("/oauth/authorize?client_id=unknown");
      await expect(page.getByRole("heading", { name: "This app cannot be connected" })).toBeVisible();
      expect((await new AxeBuilder({ page }).analyze()).violations.map(({ id }) => id)).toEqual([]);
    });
  });
}

test.describe("German", () => {
  test.use({ locale: "de-DE" });
  test("the consent page speaks the browser's language", async ({ page, request }) => {
    await consentPage(page, request);
    await expect(page.getByRole("button", { name: "Anmelden und verbinden" })).toBeVisible();
  });
});
