import AxeBuilder from "@axe-core/playwright";
import { expect, test, type Page } from "@playwright/test";
import { add, open, settled, signUp, task } from "./person";

/** A personal token, made the way a person makes one. */
async function newToken(page: Page): Promise<string> {
  await open(page, "/settings/?section=tokens");
  await page.getByRole("button", { name: "New token" }).click();
  await page.getByLabel("Name").fill("My editor");
  for (const box of await page.getByRole("checkbox").all()) await box.check();
  await page.getByRole("button", { name: "Create token" }).click();
  return page.getByLabel("Token", { exact: true }).inputValue();
}

const call = async (page: Page, token: string, name: string, args: object) => {
  const answer = await page.request.post("/mcp", { headers: { authorization: `Bearer ${token}` }, data: { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name, arguments: args } } });
  return ((await answer.json()) as { result: { structuredContent: { tasks: { id: string }[]; summary?: string } } }).result.structuredContent;
};

test("every program has its settings, with this bundle's address", async ({ page }) => {
  await signUp(page);
  await open(page, "/connect/");
  const address = await page.getByLabel("MCP address").inputValue();
  expect(address).toMatch(/^http.*\/mcp$/);
  for (const name of ["Claude", "Claude Code", "ChatGPT", "Cursor", "VS Code", "Any other program", "curl"]) {
    await page.getByRole("button", { name, exact: true }).click();
    await expect(page.getByLabel(`Settings for ${name}`, { exact: true })).toHaveValue(new RegExp(address.replace(/\/mcp$/, "").replaceAll(".", "\\.")));
  }
  for (const name of ["Cursor", "VS Code", "Any other program"]) {
    await page.getByRole("button", { name, exact: true }).click();
    JSON.parse(await page.getByLabel(`Settings for ${name}`, { exact: true }).inputValue());
  }
  await expect(page.getByText("No app is connected.")).toBeVisible();
});

test("what an assistant may not do alone waits here, with the stored titles, for a click", async ({ page }) => {
  await signUp(page);
  await add(page, "To be deleted");
  await settled(page);
  const token = await newToken(page);
  const found = await call(page, token, "find_tasks", { query: "deleted" });
  const answer = await call(page, token, "delete_tasks", { task_ids: [found.tasks[0]!.id] });
  const link = answer.summary!.match(/http\S+/)![0];
  await open(page, new URL(link).pathname + new URL(link).search);
  const waiting = page.getByRole("listitem").filter({ hasText: "To be deleted" });
  await expect(waiting).toBeVisible();
  expect((await new AxeBuilder({ page }).analyze()).violations.map(({ id }) => id)).toEqual([]);
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(waiting).toBeHidden();
  await open(page, "/trash/");
  await expect(task(page, "To be deleted")).toBeVisible();
});
