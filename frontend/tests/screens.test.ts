import { expect, test } from "vitest";
import { changeTexts, type Words } from "@/features/activity/describe";
import * as activity from "@/features/activity/activity-filter";
import { undoOf } from "@/features/activity/undo-entry";
import { filterProblem } from "@/features/archive/filter-error";
import * as search from "@/features/archive/search-state";
import { checkForm, errorsOf } from "@/features/auth/use-sign-in";
import { ruleWords } from "@/features/recurring/rule-words";
import { ApiError, OfflineError, problemOf } from "@/shared/api/errors";
import type { AuditEntry, Problem } from "@/shared/api/types";
import { t } from "@/shared/i18n";

const refused = (rest: Partial<Problem>) => new ApiError({ type: "", title: "No", status: 422, ...rest });

test.each([["priority:high", true], ["rent due<+7d", true], ["-tag:home", true], ["no:due", true], ["completed >= -7d", true], ["rent", false], ['"due:soon"', false], ["http://example.com", false], ["overdue: rent", false], ["is that so", false]])("%s is filter language: %s", (text, expected) => {
  expect(search.isFilterText(text)).toBe(expected);
});

test("filter language replaces the other filters, words go with them", () => {
  const state = search.fromAddress(new URLSearchParams("q=due<%2B7d&status=open&tag=home"));
  expect(search.toQuery(state)).toEqual({ filter: "due<+7d", sort: undefined, order: undefined, total: true });
  expect(search.toQuery({ ...state, q: "rent" })).toMatchObject({ q: "rent", status: "open", tag: ["home"], sort: "relevance" });
  expect(search.fromAddress(new URLSearchParams(search.toAddress(state)))).toEqual(state);
  expect(search.fromAddress(new URLSearchParams("filter=is:open")).q).toBe("is:open");
});

test.each([
  ["tag:x priority:hgh due<1d", 15, "hgh", 16],
  ["  priority:hgh", 9, "hgh", 10],
  ["😀 priority:hgh", 11, "hgh", 12],
  ["tag:", 4, "", 5],
])("a problem in %j is at its word", (text, position, word, at) => {
  const problem = filterProblem(refused({ position, errors: [{ field: "filter", detail: "Expected one of none, low." }] }), text, t)!;
  expect(problem).toMatchObject({ word, at, reason: "Expected one of none, low." });
  expect(problem.before + problem.word + problem.after).toBe(text);
  expect(text.slice(problem.start, problem.end)).toBe(word);
});

test("other failures are no problem of the filter", () => {
  expect(filterProblem(new OfflineError(), "tag:x", t)).toBeNull();
  expect(filterProblem(refused({ status: 503 }), "tag:x", t)).toBeNull();
});

test("a filter of the trail comes back from its address, and reads days in the person's zone", () => {
  const filter = activity.fromAddress(new URLSearchParams("type=task.*&from=2026-07-01&to=2026-07-02"));
  expect(filter).toMatchObject({ type: "task.*", days: activity.BETWEEN });
  expect(activity.toAddress(filter)).toBe("type=task.*&from=2026-07-01&to=2026-07-02");
  expect(activity.toQuery(filter, "2026-07-05", "Europe/Berlin")).toEqual({ type: "task.*", task_id: undefined, since: "2026-06-30T22:00:00.000Z", until: "2026-07-02T22:00:00.000Z" });
  expect(activity.toQuery({ ...activity.NO_ACTIVITY_FILTER, days: 1 }, "2026-07-05", "UTC").since).toBe("2026-07-05T00:00:00.000Z");
  expect(activity.fromAddress(new URLSearchParams("type=nonsense&days=99&of=x"))).toEqual(activity.NO_ACTIVITY_FILTER);
});

const words: Words = { t, locale: "en-GB", zone: "Europe/Berlin", titleOf: (id) => (id === "p" ? "Parent" : undefined) };
const entry = (type: string, changes: AuditEntry["changes"]): AuditEntry => ({ id: "e", type, occurred_at: "2026-01-01T00:00:00Z", actor: { user_id: "u", origin: "web" }, task_id: "t", tag_id: null, title: "Pay", changes });

test.each<[string, AuditEntry["changes"], string[]]>([
  ["the two kinds of due date as one", { due_on: { before: "2026-12-01", after: null }, due_at: { before: null, after: "2026-12-01T08:00:00Z" }, due_tz: { before: null, after: "UTC" } }, ["Due: 1 Dec 2026 → 1 Dec 2026, 09:00"]],
  ["priority and tags", { priority: { before: "none", after: "high" }, tags: { before: [], after: ["home", "x"] } }, ["Priority: No priority → High", "Tags: empty → home, x"]],
  ["reminders", { reminders: { before: [], after: [{ id: "1", minutes_before: 30, at: null }] } }, ["Reminders: empty → 30 minutes before"]],
  ["the parent by its title", { parent_id: { before: null, after: "p" } }, ["Parent task: empty → Parent"]],
  ["settings of the account", { week_start: { before: 0, after: 6 }, "settings.default_reminder_minutes": { before: null, after: 10 } }, ["Week starts on: Monday → Sunday", "Reminder for new tasks: None → 10 minutes before"]],
  ["a rule", { rrule: { before: "FREQ=DAILY", after: "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO" } }, ["Repeat: Every day → Every 2 weeks: Mon"]],
  ["a skipped occurrence", { exdates: { before: [], after: ["2026-12-01T09:00:00"] } }, ["Due: Tue, 1 Dec 2026, 9:00 → empty"]],
  ["nothing of ranks and versions", { rank: { before: "a", after: "b" }, version: { before: 1, after: 2 } }, []],
])("the trail says %s", (_, changes, expected) => {
  expect(changeTexts(entry("task.updated", changes), words).map(({ field, before, after }) => `${field}: ${before} → ${after}`)).toEqual(expected);
});

test("what can be taken back: fields that can be sent again, not a place in a list or something gone for good", () => {
  expect(undoOf(entry("task.updated", { title: { before: "a…", after: "b" } }))).toBeTypeOf("function");
  expect(undoOf(entry("task.moved", { rank: { before: "a", after: "b" } }))).toBeNull();
  expect(undoOf(entry("task.purged", {}))).toBeNull();
  expect(undoOf({ ...entry("task.completed", {}), task_id: null })).toBeNull();
});

test.each([["FREQ=DAILY;COUNT=3", "Every day × 3"], ["FREQ=MONTHLY;INTERVAL=2", "Every 2 months"], ["FREQ=YEARLY;UNTIL=20270101T235959", "Every year – 1 Jan 2027"], ["FREQ=HOURLY", "FREQ=HOURLY"]])("%s in few words", (rule, expected) => {
  expect(ruleWords(rule, t, "en-GB")).toBe(expected);
});

test("a form says what is missing, and the server's no stands beside its field", async () => {
  expect(checkForm({ email: "", password: "", name: "" }, false, t)).toEqual({ email: "Enter your email.", password: "Enter your password." });
  expect(checkForm({ email: "a@b", password: "short", name: "" }, true, t)).toEqual({ password: "At least 8 characters, please." });
  expect(checkForm({ email: "a@b", password: "short", name: "" }, false, t)).toEqual({});
  expect(errorsOf(refused({ status: 409 }), t)).toEqual({ email: "There is already an account with this email.", taken: true });
  expect(errorsOf(refused({ errors: [{ field: "password", detail: "guessed" }] }), t).password).toContain("easy to guess");
  expect(errorsOf(new OfflineError(), t)).toEqual({ general: "The server cannot be reached." });
  const throttled = new ApiError(await problemOf(new Response("{}", { status: 429, headers: { "Retry-After": "7" } })));
  expect(throttled.retryAfter).toBe(7);
});
