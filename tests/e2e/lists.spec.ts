import { expect, test } from "@playwright/test";
import { apiOf, day } from "./api";
import { add, open, panelOf, row, settled, signUp, task, titles } from "./person";

test("Today shows what is late first and moves it all to today at once", async ({ page }) => {
  await signUp(page);
  const api = await apiOf(page);
  await api.task("Late one", { due_on: day(-3) });
  await api.task("Late two", { due_on: day(-1), priority: "high" });
  await api.task("For today", { due_on: day(0) });
  await api.task("Another day", { due_on: day(4) });
  await open(page, "/today/");
  await expect(page.getByRole("heading", { name: "Overdue" })).toBeVisible();
  await expect.poll(() => titles(page, "Today")).toEqual(["Late one", "Late two", "For today"]);
  await page.getByRole("button", { name: "Move to today" }).click();
  await expect(page.getByRole("heading", { name: "Overdue" })).toBeHidden();
  await settled(page);
  await page.reload();
  await expect.poll(async () => (await titles(page, "Today")).sort()).toEqual(["For today", "Late one", "Late two"]);
});

test("Upcoming puts a task added on a day under that day", async ({ page }) => {
  await signUp(page);
  await open(page, "/upcoming/");
  await page.getByRole("button", { name: /^Add task on/ }).nth(2).click();
  await page.getByLabel("New task").fill("Buy flowers");
  await page.keyboard.press("Enter");
  const list = page.getByRole("list", { name: "Upcoming" });
  const items = () => list.getByRole("listitem").allTextContents();
  await expect.poll(async () => (await items())[3]).toContain("Buy flowers");
  await settled(page);
  await page.reload();
  await expect.poll(async () => (await items())[3]).toContain("Buy flowers");
});

test("a tag has its list, and a task added there gets the tag", async ({ page }) => {
  await signUp(page);
  await add(page, "Paint the fence #garden");
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: /garden/ }).click();
  await expect(page.getByRole("heading", { name: "garden" })).toBeVisible();
  await add(page, "Not here");
  await page.getByRole("main").getByRole("button", { name: "Add task" }).click();
  await page.getByLabel("New task").fill("Sow carrots");
  await page.keyboard.press("Enter");
  await expect.poll(() => titles(page, "garden")).toEqual(["Paint the fence", "Sow carrots"]);
  await settled(page);
  await page.reload();
  await expect.poll(() => titles(page, "garden")).toEqual(["Paint the fence", "Sow carrots"]);
});

test("rows are dragged into another order, or moved by Alt and the arrows, and stay there", async ({ page }) => {
  await signUp(page);
  await open(page, "/inbox/");
  await add(page, "A\nB\nC\nD");
  await expect.poll(() => titles(page, "Inbox")).toEqual(["A", "B", "C", "D"]);
  await settled(page);
  const box = async (title: string) => (await row(page, title).boundingBox())!;
  await task(page, "A").hover();
  const from = await box("A");
  const to = await box("C");
  await page.mouse.move(from.x + 12, from.y + from.height / 2);
  await page.mouse.down();
  await page.mouse.move(from.x + 14, from.y + 50, { steps: 4 });
  await page.mouse.move(from.x + 14, to.y + to.height - 4, { steps: 6 });
  await page.waitForTimeout(100);
  await page.mouse.up();
  await expect.poll(() => titles(page, "Inbox")).toEqual(["B", "C", "A", "D"]);
  await task(page, "D").focus();
  await page.keyboard.press("Alt+ArrowUp");
  await page.keyboard.press("Alt+ArrowUp");
  await page.keyboard.press("Alt+ArrowUp");
  await expect.poll(() => titles(page, "Inbox")).toEqual(["D", "B", "C", "A"]);
  await settled(page);
  await page.reload();
  await expect.poll(() => titles(page, "Inbox")).toEqual(["D", "B", "C", "A"]);
  await task(page, "D").focus();
  await page.keyboard.press("Alt+ArrowDown");
  await page.keyboard.press("Control+z");
  await expect.poll(() => titles(page, "Inbox")).toEqual(["D", "B", "C", "A"]);
});

test("a right click offers the commands of the row, and of the whole selection", async ({ page }) => {
  await signUp(page);
  await open(page, "/inbox/");
  await add(page, "Apples\nBread\nCider");
  await expect.poll(() => titles(page, "Inbox")).toEqual(["Apples", "Bread", "Cider"]);
  await row(page, "Bread").click({ button: "right" });
  await page.getByRole("menuitem", { name: "Priority: high" }).click();
  await expect(row(page, "Bread").getByText("High")).toBeAttached();
  await expect(task(page, "Bread")).toBeFocused();
  await page.keyboard.press("x");
  await page.keyboard.press("Shift+J");
  await row(page, "Cider").click({ button: "right" });
  await page.getByRole("menuitem", { name: "Set due date" }).click();
  await page.getByRole("dialog").getByRole("button", { name: /^Tomorrow/ }).click();
  await settled(page);
  await page.reload();
  for (const title of ["Bread", "Cider"]) await expect(row(page, title)).toContainText("Tomorrow");
  await expect(row(page, "Apples")).not.toContainText("Tomorrow");
});

test("a thousand tasks scroll in a page that holds few of them, and J reaches any", async ({ page }) => {
  await signUp(page);
  const api = await apiOf(page);
  for (let part = 0; part < 10; part++) {
    await api.call("POST", "/api/tasks/bulk", { operations: Array.from({ length: 100 }, (_, at) => ({ action: "create", task: { title: `Task ${part * 100 + at + 1}` } })) });
  }
  await open(page, "/inbox/");
  await expect(page.getByText("1,000").first()).toBeVisible();
  expect(await page.locator("[data-task-row]").count()).toBeLessThan(80);
  await page.keyboard.press("k");
  await expect(task(page, "Task 1000")).toBeFocused();
  await expect(task(page, "Task 1000")).toBeInViewport();
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  await expect(task(page, "Task 999")).toBeFocused();
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test("everything is in reach: add, tick, details, the menu; nothing is wider than the screen", async ({ page }) => {
    await signUp(page);
    await page.getByRole("button", { name: "Add task" }).last().tap();
    await page.getByLabel("New task").fill("Buy bread today #shop !high and a title long enough to be cut off at the edge");
    await page.getByRole("dialog").getByRole("button", { name: "Add", exact: true }).tap();
    await page.getByRole("navigation", { name: "Quick navigation" }).getByRole("link", { name: "Inbox" }).tap();
    const bread = row(page, "Buy bread");
    await expect(bread).toBeVisible();
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await bread.locator("[data-title]").tap();
    await expect(panelOf(page)).toBeVisible();
    await expect.poll(async () => Math.round((await panelOf(page).boundingBox())!.width)).toBe(390);
    await panelOf(page).getByRole("button", { name: "Close" }).tap();
    await expect(panelOf(page)).toBeHidden();
    await page.getByRole("button", { name: "Menu" }).tap();
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: /shop/ }).tap();
    await expect(page.getByRole("heading", { name: "shop" })).toBeVisible();
    await page.getByRole("checkbox", { name: /^Complete/ }).tap();
    await expect(bread).toBeHidden();
    await settled(page);
    await open(page, "/completed/");
    await expect(page.getByText(/Buy bread/).first()).toBeVisible();
  });
});
