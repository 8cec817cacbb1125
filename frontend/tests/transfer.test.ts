import { expect, test } from "vitest";
import type { RecurringTask, Task } from "@/shared/api/types";
import { formatCsv, parseCsv, records } from "@/features/transfer/csv";
import { COLUMNS, csvRow } from "@/features/transfer/export";
import { cleanTags } from "@/features/transfer/imported";
import { readFile } from "@/features/transfer/read-file";

test.each([
  ["quotes and line ends", 'a,b\r\n"x ""y"", z","1\n2"\r\n', [["a", "b"], ['x "y", z', "1\n2"]]],
  ["a byte order mark", "\uFEFFa\n1", [["a"], ["1"]]],
  ["semicolons, as spreadsheets of some countries write", "a;b\n1;2,5", [["a", "b"], ["1", "2,5"]]],
  ["empty lines", "a,b\n\n,\n1,", [["a", "b"], ["1", ""]]],
  ["no line end at the end", "a\n1", [["a"], ["1"]]],
  ["a quote that is never closed", 'a\n"1\n2', [["a"], ["1\n2"]]],
])("CSV with %s is read", (_, text, rows) => {
  expect(parseCsv(text)).toEqual(rows);
});

test.each(["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "＝1", "'=1", "''+1", "'plain", "plain", "a=b", 'say "hi", twice', "two\nlines", " leading"])("a spreadsheet does not run %j, and reading gives it back", (cell) => {
  const text = formatCsv([["title"], [cell]]);
  const [, [shown]] = parseCsv(text) as [string[], string[]];
  expect(shown).not.toMatch(/^[=+\-@\t\r＝＋－＠]/);
  expect(records(parseCsv(text))[0]!.title).toBe(cell.replace(/\r/g, cell.includes("\n") ? "" : "\r"));
});

test("the file starts with a byte order mark and ends its lines as RFC 4180 says", () => {
  expect(formatCsv([["ä"], ["1"]])).toBe("\uFEFFä\r\n1\r\n");
});

const task = (rest: Partial<Task>): Task => ({ id: "1", parent_id: null, title: "Pay", notes: "", status: "open", priority: "high", tags: ["home", "money"], due_on: "2027-01-01", due_at: null, due_tz: null, reminders: [{ id: "r", minutes_before: 30, at: null }], recurring_task_id: "s", completed_at: null, created_at: "2026-01-01T00:00:00Z", ...rest }) as Task;
const series = new Map([["s", { id: "s", rrule: "FREQ=MONTHLY", mode: "schedule", ended_at: null } as RecurringTask]]);

test("what is exported as CSV comes back as it was", () => {
  const rows = [task({}), task({ id: "2", parent_id: "1", title: "=Sub", status: "completed", completed_at: "2026-02-01T00:00:00Z", due_on: null, due_at: "2027-01-01T08:00:00Z", due_tz: "Europe/Berlin", reminders: [{ id: "r", minutes_before: null, at: "2026-12-31T08:00:00Z" }] })];
  const { source, tasks } = readFile(formatCsv([[...COLUMNS], ...rows.map((each) => csvRow(each, series))]));
  expect(source).toBe("csv");
  expect(tasks).toEqual([
    { title: "Pay", notes: undefined, priority: "high", tags: ["home", "money"], due_on: "2027-01-01", due_at: undefined, due_tz: undefined, reminders: [{ minutes_before: 30 }], repeat: { rrule: "FREQ=MONTHLY", mode: "schedule", dtstart: undefined, time_zone: undefined }, completed: false, parent: null },
    { title: "=Sub", notes: undefined, priority: "high", tags: ["home", "money"], due_on: undefined, due_at: "2027-01-01T08:00:00Z", due_tz: "Europe/Berlin", reminders: [{ at: "2026-12-31T08:00:00Z" }], repeat: undefined, completed: true, parent: 0 },
  ]);
});

test("a series that has ended, and one of a completed task, is not exported as running", () => {
  const ended = new Map([["s", { ...series.get("s")!, ended_at: "2026-01-01T00:00:00Z" }]]);
  expect(csvRow(task({}), ended)[COLUMNS.indexOf("repeat")]).toBe("");
  expect(csvRow(task({ status: "completed" }), series)[COLUMNS.indexOf("repeat")]).toBe("");
});

test("JSON restores series of open tasks, and says what is wrong with a file", () => {
  const file = { format: "obsidianlist", tags: [{ id: "t", name: "home", color: "red" }], tasks: [{ id: "1", title: "Pay", recurring_task_id: "s" }], recurring_tasks: [{ id: "s", rrule: "FREQ=DAILY", dtstart: "2026-01-01", time_zone: "UTC", mode: "completion", ended_at: null }] };
  expect(readFile(JSON.stringify(file)).tasks[0]!.repeat).toMatchObject({ rrule: "FREQ=DAILY", mode: "completion", time_zone: "UTC" });
  expect(readFile(JSON.stringify(file)).tags).toEqual([{ name: "home", color: "red" }]);
  expect(() => readFile(JSON.stringify({ ...file, format: "other" }))).toThrow(/format/);
  expect(() => readFile("{ not json")).toThrow();
  expect(() => readFile("name,age\nAda,36\n")).toThrow(/title/);
});

test("a task deeper than three levels moves up, rows without a title and circles are no trouble", () => {
  const { tasks, untitled, flattened } = readFile("id,parent_id,title\n1,,A\n2,1,B\n3,2,C\n4,3,D\n5,, \n6,7,E\n7,6,F\n8,9,G\n");
  expect(tasks.map((each) => [each.title, each.parent])).toEqual([["A", null], ["B", 0], ["C", 1], ["D", 1], ["E", null], ["F", null], ["G", null]]);
  expect({ untitled, flattened }).toEqual({ untitled: 1, flattened: 1 });
});

test("Todoist's sections, labels, notes, indents and dates become ours", () => {
  const { tasks, untitled, flattened } = readFile(
    ["TYPE,CONTENT,DESCRIPTION,PRIORITY,INDENT,AUTHOR,RESPONSIBLE,DATE,DATE_LANG,TIMEZONE", "task,Before any section,,4,1,,,2027-01-01,en,", "section,Home & garden,,,,,,,,", "task,Pack @trip @two-words,Bring it,1,1,,,tomorrow at 9,en,", "note,Ask Ben,,,,,,,,", "task,Socks,,2,2,,,,,", "task,Deep,,3,7,,,,,", "task,Deeper,,3,8,,,,,", "task,Deepest,,3,9,,,,,", "section,,,,,,,,,", "task,@only,,4,3,,,jeden Montag,de,", "task,,,4,1,,,,,", "meta,view_style=list,,,,,,,,"].join("\n"),
  );
  expect(tasks.map((each) => [each.title, each.parent])).toEqual([["Before any section", null], ["Pack", null], ["Socks", 1], ["Deep", 2], ["Deeper", 2], ["Deepest", 2], ["@only", null]]);
  expect(tasks[0]).toMatchObject({ due_on: "2027-01-01", words: undefined, tags: undefined });
  expect(tasks[1]).toMatchObject({ tags: ["trip", "two-words", "Home & garden"], priority: "urgent", notes: "Bring it\n\nAsk Ben", words: "tomorrow at 9", language: "en" });
  expect(tasks[6]).toMatchObject({ words: "jeden Montag", language: "de", tags: ["only"] });
  expect({ untitled, flattened }).toEqual({ untitled: 1, flattened: 3 });
});

test("tags of a file keep to what a tag may be", () => {
  expect(cleanTags(['#a', ' a ', 'b,c', 'say "x"', "", "x".repeat(60)])).toEqual(["a", "b c", "say x", "x".repeat(50)]);
  expect(cleanTags(["", " "])).toBeUndefined();
});
