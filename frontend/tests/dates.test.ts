import { expect, test } from "vitest";
import { addDays, daysBetween, instantOf, nextWeekday, today, wallTime, weekday } from "@/shared/lib/dates";

test("a wall time and its instant belong to each other in the zone", () => {
  expect(instantOf("2026-07-01T09:00", "Europe/Berlin").toISOString()).toBe("2026-07-01T07:00:00.000Z");
  expect(wallTime("2026-07-01T07:00:00Z", "Europe/Berlin")).toBe("2026-07-01T09:00:00");
});

test("a time in the gap of a clock change moves forward, one in an overlap is the first", () => {
  expect(instantOf("2026-03-29T02:30", "Europe/Berlin").toISOString()).toBe("2026-03-29T01:30:00.000Z");
  expect(instantOf("2026-10-25T02:30", "Europe/Berlin").toISOString()).toBe("2026-10-25T00:30:00.000Z");
});

test("today is the date in the person's zone", () => {
  const now = Date.parse("2026-01-01T01:00:00Z");
  expect(today("America/Los_Angeles", now)).toBe("2025-12-31");
  expect(today("Pacific/Auckland", now)).toBe("2026-01-01");
});

test("days are counted over month and year ends", () => {
  expect(addDays("2026-12-31", 1)).toBe("2027-01-01");
  expect(daysBetween("2026-02-27", "2026-03-01")).toBe(2);
  expect(weekday("2026-11-23")).toBe(0);
  expect(nextWeekday("2026-11-23", 0)).toBe("2026-11-30");
});
