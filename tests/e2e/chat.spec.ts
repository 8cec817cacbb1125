import AxeBuilder from "@axe-core/playwright";
import { expect, test, type Page } from "@playwright/test";
import { apiOf } from "./api";
import { add, open, settled, signUp } from "./person";

const panel = (page: Page) => page.getByRole("complementary", { name: "Chat" });

async function say(page: Page, words: string) {
  await panel(page).getByLabel("Message").fill(words);
  await page.keyboard.press("Enter");
  await expect(panel(page).getByRole("button", { name: "Send" })).toBeVisible();
}

const answer = (page: Page) => panel(page).getByRole("article", { name: "Assistant" }).last();

async function openChat(page: Page) {
  await expect(page.locator('[data-ready="true"]')).toBeAttached();
  await page.keyboard.press("Control+j");
  await expect(panel(page).getByLabel("Message")).toBeFocused();
}

test("asked in words: a card that opens the task, an undo button, and the list that follows", async ({ page }) => {
  await signUp(page);
  await open(page, "/inbox/");
  await openChat(page);
  await say(page, "Renew the passport !high");
  await expect(answer(page)).toContainText("Added");
  const inList = page.getByRole("list", { name: "Inbox" }).getByText("Renew the passport");
  await expect(inList).toBeVisible();
  await answer(page).getByRole("button", { name: /Renew the passport/ }).click();
  await expect(page.getByRole("complementary", { name: "Task details" }).getByLabel("Title")).toHaveValue("Renew the passport");
  await answer(page).getByRole("button", { name: "Undo" }).click();
  await expect(answer(page)).toContainText("Undone");
  await expect(inList).toBeHidden();
});

test("the main job: nothing before the click, all of it after, and undo brings it back", async ({ page }) => {
  await signUp(page);
  for (const title of ["Clean the gutter", "Paint the fence", "Fix the tap"]) await add(page, `${title} 2025-01-02 #home`);
  await add(page, "Do the taxes");
  await settled(page);
  await openChat(page);
  await say(page, "move everything tagged home that's overdue to Saturday morning and make the taxes one urgent");
  const waiting = panel(page).getByRole("region", { name: "Needs your confirmation" });
  await expect(waiting.getByRole("listitem")).toHaveText(["Clean the gutter", "Paint the fence", "Fix the tap", "Do the taxes"], { useInnerText: true });
  await waiting.getByRole("button", { name: "Confirm" }).click();
  await expect(waiting).toContainText("Done");
  await say(page, "show urgent tasks");
  await expect(answer(page).getByRole("button", { name: /Do the taxes/ })).toBeVisible();
  await waiting.getByRole("button", { name: "Undo" }).click();
  await expect(waiting).toContainText("Undone");
  await say(page, "overdue");
  await expect(answer(page).getByRole("listitem")).toHaveCount(3);
});

test("an ambiguous title is a question with buttons; deleting can be refused", async ({ page }) => {
  await signUp(page);
  await add(page, "Call the bank");
  await add(page, "Call the plumber");
  await settled(page);
  await openChat(page);
  await say(page, "complete call");
  await answer(page).getByRole("group", { name: "Which one?" }).getByRole("button", { name: /plumber/ }).click();
  await expect(answer(page)).toContainText("Done");
  await expect(answer(page).getByRole("img", { name: "Completed" })).toBeVisible();
  await say(page, "delete the bank");
  await answer(page).getByRole("button", { name: "Cancel" }).click();
  await expect(answer(page)).toContainText("Cancelled");
  await say(page, "find bank");
  await expect(answer(page).getByRole("button", { name: /Call the bank/ })).toBeVisible();
});

test("conversations are kept: go on after a reload, rename, begin another, delete", async ({ page }) => {
  await signUp(page);
  await openChat(page);
  await say(page, "Water the plants");
  await expect(answer(page)).toContainText("Added");
  await page.reload();
  await openChat(page);
  await expect(answer(page).getByRole("button", { name: /Water the plants/ })).toBeVisible();
  await say(page, "make it urgent");
  await expect(answer(page)).toContainText("Changed");
  await panel(page).getByRole("button", { name: "Conversations" }).click();
  await panel(page).getByRole("button", { name: "Rename “Water the plants”" }).click();
  await panel(page).getByLabel(/Name of/).fill("Garden");
  await page.keyboard.press("Enter");
  await expect(panel(page).getByRole("button", { name: /^Garden/ })).toBeVisible();
  await panel(page).getByRole("button", { name: "New conversation" }).click();
  await expect(panel(page).getByText("Say what should happen")).toBeVisible();
  await panel(page).getByRole("button", { name: "Conversations" }).click();
  await panel(page).getByRole("button", { name: "Delete “Garden”" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await expect(panel(page).getByText("No conversations yet.")).toBeVisible();
  await panel(page).getByRole("button", { name: "Back to the chat" }).press("Escape");
  await expect(panel(page).getByLabel("Message")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(panel(page)).toBeHidden();
});

test("what streams is read to a screen reader once, and texts of tasks stay text", async ({ page }) => {
  await signUp(page);
  await add(page, "<img src=x onerror=alert(1)> [x](javascript:alert(1))");
  await settled(page);
  await openChat(page);
  await say(page, "show my tasks");
  await expect(panel(page).getByRole("log")).toHaveAttribute("aria-live", "off");
  await expect(panel(page).getByRole("status")).toContainText("1 task:");
  await expect(panel(page).locator("img[src], a[href]")).toHaveCount(0);
});

test("a broken connection and a refused message are said in words", async ({ page, context }) => {
  await signUp(page);
  await openChat(page);
  await context.setOffline(true);
  await say(page, "plan my day");
  await expect(answer(page)).toContainText("The server cannot be reached.");
  await context.setOffline(false);
  await say(page, "plan my day");
  await expect(answer(page)).toContainText("Nothing is due today");
});

test("an answer that takes too long is stopped, and the next question gets its own", async ({ page }) => {
  await signUp(page);
  await openChat(page);
  await say(page, "overdue");
  let stopped = 0;
  await page.route("**/api/chat/**", (route) => { if (/stop/.test(route.request().url())) stopped++; return route.continue(); });
  // It never answers.
  await page.route("**/api/chat", (route) => (route.request().method() === "POST" ? undefined : route.continue()));
  await panel(page).getByLabel("Message").fill("plan my day");
  await page.keyboard.press("Enter");
  await panel(page).getByRole("button", { name: "Stop" }).click();
  await expect(answer(page)).toContainText("Stopped");
  await expect.poll(() => stopped).toBe(1);
  await page.unroute("**/api/chat");
  await say(page, "plan my day");
  await expect(answer(page)).toContainText("Nothing is due today");
});

test("the chat speaks German: a task, a question with buttons, an undo and a failure", async ({ page, context }) => {
  await signUp(page);
  const api = await apiOf(page);
  await api.call("PATCH", "/api/auth/me", { locale: "de-DE" });
  for (const title of ["Bank anrufen", "Klempner anrufen"]) await api.task(title);
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("lang", "de");
  await page.keyboard.press("Control+j");
  const field = panel(page).getByLabel("Nachricht");
  await expect(field).toBeFocused();
  const ask = async (words: string) => {
    await field.fill(words);
    await page.keyboard.press("Enter");
    await expect(panel(page).getByRole("button", { name: "Senden" })).toBeVisible();
  };
  const reply = panel(page).getByRole("article", { name: "Assistent" }).last();
  await ask("Milch kaufen morgen !hoch");
  await expect(reply.getByRole("button", { name: /Milch kaufen.*Morgen/ })).toBeVisible();
  await reply.getByRole("button", { name: "Rückgängig" }).click();
  await expect(reply).toContainText("Rückgängig gemacht");
  await ask("erledige anrufen");
  await reply.getByRole("group", { name: "Welche?" }).getByRole("button", { name: /Klempner/ }).click();
  await expect(reply.getByRole("img", { name: "Erledigt" })).toBeVisible();
  await context.setOffline(true);
  await ask("plane meinen Tag");
  await expect(reply).toContainText(/Server.*nicht erreich/);
  await context.setOffline(false);
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`the chat has no axe violation in any of its states (${colorScheme})`, async ({ page }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await signUp(page);
    for (const title of ["Call the bank", "Call the plumber"]) await add(page, `${title} 2025-01-02 !high`);
    await settled(page);
    await openChat(page);
    const check = async (where: string) => {
      const { violations } = await new AxeBuilder({ page }).include("aside[aria-label=Chat]").analyze();
      expect.soft(violations.map(({ id, nodes }) => `${where}: ${id} ${nodes[0]?.target.join(" ")}`)).toEqual([]);
    };
    await check("empty");
    await say(page, "complete call");
    await check("choices");
    await say(page, "delete all tasks");
    await check("pending");
    await say(page, "show my tasks");
    await check("cards");
    await panel(page).getByRole("button", { name: "Conversations" }).click();
    await expect(panel(page).getByRole("list", { name: "Conversations" })).toBeVisible();
    await check("conversations");
  });
}
