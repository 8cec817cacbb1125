import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** The components the plan names, and where each lives. */
const NAMED = {
  PriorityDropdown: () => import("@/features/task-detail/properties"),
  TagInput: () => import("@/features/tags/tag-input"),
  SearchBar: () => import("@/features/archive/search-bar"),
  FilterPanel: () => import("@/features/archive/filter-panel"),
  SortDropdown: () => import("@/features/archive/filter-panel"),
  DatePicker: () => import("@/features/due/date-picker"),
  RecurrenceSelector: () => import("@/features/recurring/recurrence-selector"),
};

test.each(Object.entries(NAMED))("%s is a component of that name", async (name, load) => {
  expect(typeof ((await load()) as Record<string, unknown>)[name]).toBe("function");
});

test("the page's side of push is src/lib/notifications.ts, the worker's public/sw.js", async () => {
  const { enablePush } = await import("@/lib/notifications");
  expect(typeof enablePush).toBe("function");
  const worker = readFileSync("public/sw.js", "utf8");
  for (const event of ["install", "fetch", "push", "notificationclick", "pushsubscriptionchange"]) expect(worker).toContain(`addEventListener("${event}"`);
});
