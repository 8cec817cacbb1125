import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { parseLocally } from "@/features/quick-add/literal";
import { linesOf, readTyped, withDefaults } from "@/features/quick-add/understand";
import type { Typed } from "@/features/tasks/outbox";

const typed: Typed = { text: "Zahnarzt jeden Montag um 9", takenBack: [], time_zone: "Europe/Berlin", locale: "de", typed_at: "2026-11-23T09:00:00.000Z", defaults: { tags: ["health"], due_on: "2026-11-23" } };
const parsed = { title: "Zahnarzt", notes: "", priority: "none", tags: ["körper"], due_on: null, due_at: "2026-11-23T08:00:00Z", due_local: "2026-11-23T09:00:00", due_tz: "Europe/Berlin", rrule: "FREQ=WEEKLY;BYDAY=MO", dtstart: "2026-11-23T09:00", mode: "schedule", reminders: [] };
const answer = (status: number, body: unknown) => new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
let asked: unknown[] = [];
let reply: () => Response;

beforeEach(() => {
  asked = [];
  vi.stubGlobal("fetch", async (path: string, { body }: RequestInit) => {
    if (path.startsWith("/api/auth/")) return answer(200, { access_token: "t", expires_in: 600, user: { id: "u" } });
    asked.push(JSON.parse(String(body)));
    return reply();
  });
});
afterEach(() => vi.unstubAllGlobals());

test("a text that waited is read by the server as of the moment it was typed, with what its screen gives it", async () => {
  reply = () => answer(200, { items: [{ task: parsed, tokens: [] }] });
  const task = await readTyped({ typed, input: { title: "Zahnarzt jeden Montag um 9", parent_id: "p" } });
  expect(asked).toEqual([{ text: typed.text, time_zone: "Europe/Berlin", locale: "de", typed_at: typed.typed_at }]);
  expect(task).toMatchObject({ title: "Zahnarzt", rrule: "FREQ=WEEKLY;BYDAY=MO", due_at: "2026-11-23T08:00:00Z", tags: ["körper", "health"], parent_id: "p" });
  expect(task.due_on).toBeUndefined();
});

test("a text the server refuses to read stays as it was read here; one it cannot read now is asked for again", async () => {
  reply = () => answer(422, { title: "No", status: 422 });
  expect(await readTyped({ typed, input: { title: "Zahnarzt", priority: "high" } })).toEqual({ title: "Zahnarzt", priority: "high" });
  reply = () => answer(503, { title: "Later", status: 503 });
  await expect(readTyped({ typed, input: {} })).rejects.toMatchObject({ status: 503 });
});

test("lines are tasks, indented ones the notes of the one before", () => {
  expect(linesOf("Milk\n  two litres\n\nBread")).toEqual([{ text: "Milk\n  two litres\n", start: 0 }, { text: "Bread", start: 19 }]);
  expect(parseLocally("Milk #shop\n  two litres\n  cold", "2026-11-27")).toEqual({ title: "Milk", tags: ["shop"], priority: "none", notes: "two litres\ncold" });
});

test("a task's own date and tags come before those of the screen", () => {
  expect(withDefaults({ title: "a", due_on: "2026-12-01", tags: ["x"] }, { due_on: "2026-11-23", tags: ["x", "y"] })).toMatchObject({ due_on: "2026-12-01", tags: ["x", "y"] });
  expect(withDefaults({ title: "a" }, { due_on: "2026-11-23" }).due_on).toBe("2026-11-23");
  expect(withDefaults({ title: "a", rrule: "FREQ=DAILY" }, { due_on: "2026-11-23" })).not.toHaveProperty("due_on");
});
