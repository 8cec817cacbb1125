import { readFile } from "node:fs/promises";
import { expect, test, type Page } from "@playwright/test";
import { apiOf } from "./api";
import { signUp } from "./person";

const TODOIST = [
  "TYPE,CONTENT,DESCRIPTION,PRIORITY,INDENT,AUTHOR,RESPONSIBLE,DATE,DATE_LANG,TIMEZONE",
  "section,Household,,,,,,,,",
  'task,Pay the rent @money,"Account, ending in 42",1,1,Ada (1),,every 1st,en,Europe/Berlin',
  "task,Ask for the receipt,,4,2,Ada (1),,,,",
  "task,Buy a lamp,,3,1,Ada (1),,morgen um 15 Uhr,de,Europe/Berlin",
  "task,Someday,,4,1,Ada (1),,when the cows come home,en,",
  "note,Ask Ben first,,,,,,,,",
  "task,,,4,1,,,,,",
].join("\n");
const choose = (page: Page, name: string, content: string) => page.locator("input[type=file]").setInputFiles({ name, mimeType: "text/csv", buffer: Buffer.from(content) });

async function saved(page: Page, what: string): Promise<string> {
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: `Download: ${what}` }).click();
  return readFile(await (await download).path(), "utf8");
}

test("Todoist's file is shown before it is imported, reported after, and taken back", async ({ page }) => {
  await signUp(page);
  await page.goto("/settings/?section=data");
  await choose(page, "todoist.csv", TODOIST);
  await expect(page.getByRole("heading", { name: "4 tasks found in a Todoist file" })).toBeVisible();
  await expect(page.getByText("One row has no title and is left out.")).toBeVisible();
  await expect(page.getByRole("list", { name: "First tasks of the file" })).toContainText("Pay the rent");
  await page.getByRole("button", { name: "Import 4 tasks" }).click();
  await expect(page.getByText("4 tasks were imported.")).toBeVisible();
  await expect(page.getByText("One of them repeats.")).toBeVisible();
  await expect(page.getByText("One date was not understood and stands in the notes: Someday")).toBeVisible();
  await page.getByRole("link", { name: "Go to Inbox" }).click();
  const rent = page.getByRole("listitem").filter({ hasText: "Pay the rent" });
  await expect(rent).toContainText("Household");
  await expect(rent).toContainText("money");
  await page.getByRole("button", { name: "Pay the rent", exact: true }).click();
  const panel = page.getByRole("complementary", { name: "Task details" });
  await expect(panel).toContainText("Account, ending in 42");
  await expect(panel.getByText("Ask for the receipt")).toBeVisible();
  await page.goto("/recurring/");
  await expect(page.getByRole("list", { name: "Repeating" })).toContainText("Pay the rent");

  await page.goto("/settings/?section=data");
  await choose(page, "more.csv", "title,tags\nTaken back,x\n");
  await page.getByRole("button", { name: "Import one task" }).click();
  await page.getByRole("button", { name: "Undo the import" }).click();
  await expect(page.getByText("The import is taken back")).toBeVisible();
  await page.goto("/trash/");
  await expect(page.getByRole("button", { name: "Taken back", exact: true })).toBeVisible();
});

test("everything goes out as JSON, tasks as CSV without live formulas, and the CSV comes back once", async ({ page }) => {
  await signUp(page);
  const api = await apiOf(page);
  const parent = await api.task("=HYPERLINK(\"http://example.com\")", { tags: ["home"], priority: "high", due_on: "2027-03-01", notes: "two\nlines", reminders: [{ minutes_before: 30 }] });
  await api.task("Child", { parent_id: parent.id });
  const [tag] = (await api.call("GET", "/api/tags")).items;
  await api.call("PATCH", `/api/tags/${tag.id}`, { color: "red" });
  const gone = await api.task("In the trash");
  await api.call("DELETE", `/api/tasks/${gone.id}`);
  await page.goto("/settings/?section=data");
  const everything = JSON.parse(await saved(page, "Everything as JSON"));
  expect(everything.profile.email).toContain("@example.com");
  expect(everything.tasks.map((task: { title: string }) => task.title).sort()).toEqual(["=HYPERLINK(\"http://example.com\")", "Child"]);
  expect(everything.trash.map((task: { title: string }) => task.title)).toEqual(["In the trash"]);
  expect(everything).toMatchObject({ format: "obsidianlist", tags: [{ name: "home", color: "red" }], preferences: {}, activity: expect.any(Array), notifications: [], conversations: [], devices: [], api_tokens: [] });
  const csv = await saved(page, "Tasks as CSV");
  expect(csv).toContain("\"'=HYPERLINK(");
  expect(csv).not.toMatch(/(^|,)"?=/m);

  await choose(page, "again.csv", csv);
  await expect(page.getByText("Leave out 2 tasks that are already here")).toBeVisible();
  await expect(page.getByRole("button", { name: "Import 0 tasks" })).toBeDisabled();
  await page.getByRole("checkbox", { name: /Leave out/ }).uncheck();
  await page.getByRole("button", { name: "Import 2 tasks" }).click();
  await expect(page.getByText("2 tasks were imported.")).toBeVisible();
  const copies = (await api.call("GET", "/api/tasks?q=HYPERLINK")).items;
  expect(copies).toHaveLength(2);
  for (const copy of copies) expect(copy).toMatchObject({ title: "=HYPERLINK(\"http://example.com\")", notes: "two\nlines", priority: "high", due_on: "2027-03-01", subtasks: { total: 1 } });
});

test("the JSON of one account fills another, with the colours of its tags and its series", async ({ page, browser }) => {
  await signUp(page);
  const api = await apiOf(page);
  await api.call("POST", "/api/tags", { name: "garden", color: "green" });
  await api.call("POST", "/api/recurring-tasks", { rrule: "FREQ=WEEKLY;BYDAY=SA", dtstart: "2030-03-02T09:00", time_zone: "Europe/Berlin", template: { title: "Mow the lawn", tags: ["garden"] } });
  await page.goto("/settings/?section=data");
  const json = await saved(page, "Everything as JSON");
  const other = await (await browser.newContext({ locale: "en-GB", timezoneId: "Europe/Berlin" })).newPage();
  await signUp(other);
  await other.goto("/settings/?section=data");
  await choose(other, "all.json", json);
  await expect(other.getByText("One repeats.")).toBeVisible();
  await other.getByRole("button", { name: "Import one task" }).click();
  await expect(other.getByText("One of them repeats.")).toBeVisible();
  await other.goto("/recurring/");
  await expect(other.getByRole("list", { name: "Repeating" })).toContainText(/Mow the lawn.*Every week on Sat/s);
  expect((await (await apiOf(other)).call("GET", "/api/tags")).items).toEqual([expect.objectContaining({ name: "garden", color: "green" })]);
});

test("a file that is none is refused with a reason, and nothing is added", async ({ page }) => {
  await signUp(page);
  await page.goto("/settings/?section=data");
  await choose(page, "letter.csv", "Dear Ada,\nhow are you?\n");
  await expect(page.getByText("This file cannot be read.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Choose file" })).toBeVisible();
});
