import { expect, test } from "vitest";
import { codeUnits } from "@/features/quick-add/understand";
import { blankTakenBack, parseLocally, titleOf } from "@/features/quick-add/literal";
import { formatRule, parseRule } from "@/features/recurring/rule";
import { rankBetween } from "@/features/tasks/rank";
import { formatCsv, parseCsv } from "@/features/transfer/csv";
import { readFile } from "@/features/transfer/read-file";
import { readEvents } from "@/features/live/sse";
import { safeNext } from "@/features/auth/use-sign-in";
import { de } from "@/shared/i18n/de";
import { en } from "@/shared/i18n/en";
import { formatMessage } from "@/shared/i18n/format";
import { safeHref } from "@/shared/ui/markdown";

test.each(["FREQ=DAILY", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH", "FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=MONTHLY;BYDAY=-1FR", "FREQ=YEARLY;COUNT=3"])("the editor gives %s back unchanged", (rule) => {
  expect(formatRule(parseRule(rule, "2026-11-23"), "2026-11-23")).toBe(rule);
});

test("a piece taken back is blank for the server and stays in the title", () => {
  expect(blankTakenBack("read The 9/11 Report today", ["9/11"])).toBe("read The      Report today");
  expect(titleOf("Call Ben tomorrow #work", [{ kind: "due", start: 9, end: 17 }])).toBe("Call Ben #work");
  expect(titleOf('Watch "friday" friday\nnotes', [{ kind: "quoted", start: 6, end: 14 }, { kind: "due", start: 15, end: 21 }])).toBe('Watch "friday"');
});

test("code points of the server become positions of the field", () => {
  expect(codeUnits("😀 ab")(2)).toBe(3);
  expect(codeUnits("ab")(1)).toBe(1);
});

test("without a connection tags and priority are still understood", () => {
  expect(parseLocally("Milk #home !high", "2026-11-27")).toEqual({ title: "Milk", tags: ["home"], priority: "high" });
  expect(parseLocally("Milch kaufen morgen !Hoch #zuhause", "2026-11-30")).toEqual({ title: "Milch kaufen", tags: ["zuhause"], priority: "high", due_on: "2026-12-01" });
  expect(parseLocally("Read today's paper today", "2026-11-27")).toMatchObject({ title: "Read today's paper", due_on: "2026-11-27" });
  for (const whole of ["Today", "The day after tomorrow's party", "Say “not today”", "Wow !really"]) expect(parseLocally(whole, "2026-11-27")).toEqual({ title: whole, tags: [], priority: "none" });
});

test.each([["a0V", "a1"], ["a0", "a0V"], ["", "a0"], ["zz", ""], ["a0V", "a0W"]])("a provisional rank sorts between %s and %s", (before, after) => {
  const rank = rankBetween(before, after);
  expect(rank > before).toBe(true);
  if (after) expect(rank < after).toBe(true);
});

test("CSV keeps quotes and line ends, and takes the teeth out of formulas", () => {
  expect(parseCsv('a,b\r\n"x ""y"", z","1\n2"\r\n')).toEqual([["a", "b"], ['x "y", z', "1\n2"]]);
  expect(formatCsv([["=cmd()"]])).toContain("'=cmd()");
});

test("Todoist's file becomes tasks with priority, labels and levels", () => {
  const { source, tasks } = readFile("TYPE,CONTENT,DESCRIPTION,PRIORITY,INDENT,DATE\ntask,Pack @trip,,1,1,tomorrow\ntask,Socks,,4,2,\n");
  expect(source).toBe("todoist");
  expect(tasks).toMatchObject([{ title: "Pack", tags: ["trip"], priority: "urgent", words: "tomorrow", parent: null }, { title: "Socks", parent: 0, priority: "none" }]);
});

test("events split over chunks arrive whole", async () => {
  const chunks = ["id: 1\nevent: ta", "sk\ndata: {\"a\":", "1}\n\n: ping\n\n"].map((text) => new TextEncoder().encode(text));
  const stream = new ReadableStream<Uint8Array>({ start(controller) { chunks.forEach((chunk) => controller.enqueue(chunk)); controller.close(); } });
  const events = [];
  for await (const event of readEvents(stream)) events.push(event);
  expect(events).toEqual([{ event: "task", data: '{"a":1}', id: "1" }]);
});

test("the sign-in leads only to pages of this app", () => {
  expect(safeNext("?next=/inbox/?task=1")).toBe("/inbox/?task=1");
  for (const bad of ["//evil.example", "/\\evil", "https://evil.example", "javascript:alert(1)"]) expect(safeNext(`?next=${encodeURIComponent(bad)}`)).toBe("/today/");
});

test.each(["javascript:alert(1)", "data:text/html,x", "vbscript:x", " javascript:1"])("notes never link to %s", (address) => expect(safeHref(address)).toBeNull());

test("every message exists in German with the same values in it", () => {
  expect(Object.keys(de).sort()).toEqual(Object.keys(en).sort());
  const names = (text: string) => [...new Set([...text.matchAll(/\{(\w+)/g)].map((match) => match[1]))].sort();
  for (const key of Object.keys(en) as (keyof typeof en)[]) expect(names(de[key]), key).toEqual(names(en[key]));
});

test("plural forms hold numbers and names", () => {
  expect(formatMessage("en", en["did.completed"], { count: 1, title: "Milk" })).toBe("“Milk” completed");
  expect(formatMessage("de", de["did.completed"], { count: 3, title: "Milk" })).toBe("3 Aufgaben erledigt");
});
