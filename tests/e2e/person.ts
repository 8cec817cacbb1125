/** A new account for each test: tests share the running bundle and nothing else. */
import { expect, type Locator, type Page } from "@playwright/test";

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
  await expect(page.locator('[data-ready="true"]')).toBeAttached();
  await page.keyboard.press("q");
  await page.getByLabel("New task").fill(text);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toBeHidden();
}

/** A command by the palette. */
export async function choose(page: Page, words: string): Promise<void> {
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("combobox")).toBeFocused();
  await page.keyboard.type(words);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toBeHidden();
}

/** A task in a list or panel, by the button that opens it. */
export const task = (page: Page, title: string): Locator => page.getByRole("button", { name: title, exact: true });

/** A task's whole row in a list. */
export const row = (page: Page, title: string): Locator => page.locator("[data-task-row]").filter({ hasText: title });

export const panelOf = (page: Page): Locator => page.getByRole("complementary", { name: "Task details" });

/** Go to a list, with everything done so far on the server, and wait until it can take the keyboard. */
export async function open(page: Page, path: string): Promise<void> {
  if (page.url().startsWith("http")) await settled(page);
  await page.goto(path);
  await expect(page.locator('[data-ready="true"]')).toBeAttached();
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
}

/** Titles of a list's tasks as they stand on the screen. */
export const titles = (page: Page, list: string): Promise<string[]> =>
  page.getByRole("list", { name: list, exact: true }).locator("[data-title]").evaluateAll((buttons) =>
    buttons.map((button) => ({ top: button.getBoundingClientRect().top, text: button.textContent ?? "" })).sort((a, b) => a.top - b.top).map(({ text }) => text));

/** Nothing waits in the page's outbox any more: what was done is on the server. */
export async function settled(page: Page): Promise<void> {
  await expect.poll(() => page.evaluate(async () => {
    const databases = await indexedDB.databases();
    if (!databases.some(({ name }) => name === "keyval-store")) return 0;
    return new Promise<number>((resolve, reject) => {
      const asked = indexedDB.open("keyval-store");
      asked.onerror = () => reject(asked.error);
      asked.onsuccess = () => {
        const keys = asked.result.transaction("keyval").objectStore("keyval").getAllKeys();
        keys.onsuccess = () => { asked.result.close(); resolve(keys.result.filter((key) => String(key).startsWith("obsidianlist.outbox.")).length); };
      };
    });
  }), { timeout: 15_000 }).toBe(0);
}
