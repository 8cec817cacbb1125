import { expect, test } from "@playwright/test";
import { add, open, panelOf, row, signUp, task, titles } from "./person";

test("every key of the list does what the ? page says", async ({ page }) => {
  test.setTimeout(240_000);
  await signUp(page);
  await open(page, "/inbox/");
  for (const title of ["First", "Second", "Third"]) await add(page, title);
  const first = task(page, "First");
  const dialog = page.getByRole("dialog");

  await test.step("J and K move", async () => {
    await page.keyboard.press("j");
    await expect(first).toBeFocused();
    await page.keyboard.press("j");
    await expect(task(page, "Second")).toBeFocused();
    await page.keyboard.press("k");
    await expect(first).toBeFocused();
  });
  await test.step("1 to 4 and 0 set the priority", async () => {
    for (const [key, words] of [["1", "Urgent"], ["2", "High"], ["3", "Medium"], ["4", "Low"]] as const) {
      await page.keyboard.press(key);
      await expect(row(page, "First").getByText(words)).toBeAttached();
    }
    await page.keyboard.press("0");
    await expect(row(page, "First").getByText("Low")).toBeHidden();
  });
  await test.step("T sets the due date, L the tags", async () => {
    for (const key of ["t", "l"]) {
      await page.keyboard.press(key);
      await expect(dialog).toBeVisible();
      await page.keyboard.press("Escape");
      await expect(dialog).toBeHidden();
      await expect(first).toBeFocused();
    }
  });
  await test.step("X selects, Escape clears", async () => {
    await page.keyboard.press("x");
    await expect(page.getByRole("toolbar").or(page.getByText("1 selected"))).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(page.getByText("1 selected")).toBeHidden();
  });
  await test.step("Alt with the arrows moves a task", async () => {
    await first.focus();
    await page.keyboard.press("Alt+ArrowDown");
    await expect.poll(() => titles(page, "Inbox")).toEqual(["Second", "First", "Third"]);
    await page.keyboard.press("Alt+ArrowUp");
    await expect.poll(() => titles(page, "Inbox")).toEqual(["First", "Second", "Third"]);
  });
  await test.step("E completes, Ctrl+Z takes it back", async () => {
    await first.focus();
    await page.keyboard.press("e");
    await expect(first).toBeHidden();
    await page.keyboard.press("Control+z");
    await expect(first).toBeVisible();
  });
  await test.step("O opens, Escape closes", async () => {
    await first.focus();
    await page.keyboard.press("o");
    await expect(panelOf(page)).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(panelOf(page)).toBeHidden();
  });
  await test.step("Q adds, Ctrl+K commands, Ctrl+J chat, ? the keys", async () => {
    for (const key of ["q", "Control+k", "Shift+?"]) {
      await page.keyboard.press(key);
      await expect(dialog).toBeVisible();
      await page.keyboard.press("Escape");
      await expect(dialog).toBeHidden();
    }
    await page.keyboard.press("Control+j");
    await expect(page.getByRole("textbox", { name: "Message" })).toBeFocused();
    await page.keyboard.press("Control+j");
    await expect(page.getByRole("textbox", { name: "Message" })).toBeHidden();
  });
  await test.step("G goes places, / searches", async () => {
    for (const [keys, path] of [["g t", "today"], ["g u", "upcoming"], ["g i", "inbox"], ["g r", "recurring"], ["g c", "completed"], ["g x", "trash"], ["g a", "activity"], ["g n", "notifications"], ["g s", "settings"], ["/", "search"]] as const) {
      for (const key of keys.split(" ")) await page.keyboard.press(key);
      await page.waitForURL(`**/${path}/**`);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    }
  });
});

test("single keys can be switched off; those with Ctrl stay", async ({ page }) => {
  await signUp(page);
  await open(page, "/settings/?section=shortcuts");
  await page.getByRole("switch").first().click();
  await open(page, "/inbox/");
  await page.keyboard.press("q");
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("combobox")).toBeFocused();
  await expect(page.getByLabel("New task")).toBeHidden();
});
