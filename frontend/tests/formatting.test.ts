import { expect, test } from "vitest";
import { formatDate, formatInstant, formatOccurrence, formatTime, relativeTime } from "@/shared/lib/dates";
import { programOf } from "@/shared/lib/user-agent";

const plain = (text: string) => text.replace(/[\u202f\u00a0]/g, " ");

test.each([
  ["en-US", "Europe/Berlin", "Jul 1, 2026, 2:30 PM"],
  ["en-GB", "Europe/Berlin", "1 Jul 2026, 14:30"],
  ["de-DE", "Europe/Berlin", "01.07.2026, 14:30"],
  ["en-GB", "Asia/Tokyo", "1 Jul 2026, 21:30"],
  ["en-GB", "America/Los_Angeles", "1 Jul 2026, 05:30"],
])("an instant in %s and %s", (locale, zone, expected) => {
  expect(plain(formatInstant("2026-07-01T12:30:00Z", locale, zone))).toBe(expected);
});

test("a calendar date is the same day in every zone", () => {
  expect(formatDate("2026-12-31", "de", { dateStyle: "medium" })).toBe("31.12.2026");
  expect(formatDate("2026-12-31", "en-US", { dateStyle: "medium" })).toBe("Dec 31, 2026");
});

test("times follow the locale's clock", () => {
  expect(plain(formatTime("2026-01-01T15:05", "en-US"))).toBe("3:05 PM");
  expect(formatTime("2026-01-01T15:05", "de")).toBe("15:05");
});

test("a whole day of a series has no time of day", () => {
  expect(formatOccurrence("2026-12-07", "en-GB")).toBe("Mon, 7 Dec 2026");
  expect(formatOccurrence("2026-12-07T00:00:00", "en-GB")).toBe("Mon, 7 Dec 2026");
  expect(formatOccurrence("2026-12-07T18:30:00", "en-GB")).toBe("Mon, 7 Dec 2026, 18:30");
  expect(formatOccurrence("2026-12-07", "de")).toBe("Mo., 7. Dez. 2026");
});

test("how long ago, in the largest unit that fits", () => {
  const now = Date.parse("2026-07-01T12:00:00Z");
  expect(relativeTime("2026-07-01T11:57:00Z", "en", now)).toBe("3 min. ago");
  expect(relativeTime("2026-06-30T12:00:00Z", "de", now)).toBe("gestern");
  expect(relativeTime("2026-07-01T12:00:00Z", "en", now)).toBe("now");
});

test.each([
  ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox", "Linux", false],
  ["Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge", "Windows", false],
  ["Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1", "Safari", "iOS", true],
  ["Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36", "Chrome", "Android", true],
  ["curl/8.5.0", "curl", "", false],
  ["", "", "", false],
])("%s is told apart", (agent, browser, system, phone) => {
  expect(programOf(agent)).toEqual({ browser, system, phone });
});

test("the year of a series' date is left out while it is this one", () => {
  expect(formatOccurrence("2026-12-07T18:30:00", "en-GB", "2026")).toBe("Mon 7 Dec, 18:30");
  expect(formatOccurrence("2027-01-04", "en-GB", "2026")).toBe("Mon, 4 Jan 2027");
});
