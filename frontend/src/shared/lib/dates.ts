/**
 * Calendar dates and wall times in the user's zone, without a date library.
 *
 * A calendar date is the text YYYY-MM-DD, a wall time YYYY-MM-DDTHH:MM[:SS]; both compare as text.
 * Instants are ISO text with a zone. Only `instantOf` and `wallTime` know about offsets.
 */
export type CalendarDate = string;

const parts = new Map<string, Intl.DateTimeFormat>();
function zoneFormat(zone: string): Intl.DateTimeFormat {
  let format = parts.get(zone);
  if (!format) {
    const options: Intl.DateTimeFormatOptions = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
    try {
      format = new Intl.DateTimeFormat("en-CA", { ...options, timeZone: zone });
    } catch {
      format = new Intl.DateTimeFormat("en-CA", options); // a zone this browser does not know: its own
    }
    parts.set(zone, format);
  }
  return format;
}

/** The wall time of an instant in a zone, as YYYY-MM-DDTHH:MM:SS. */
export function wallTime(instant: string | number | Date, zone: string): string {
  const of = Object.fromEntries(zoneFormat(zone).formatToParts(new Date(instant)).map((part) => [part.type, part.value]));
  return `${of.year!.padStart(4, "0")}-${of.month}-${of.day}T${of.hour}:${of.minute}:${of.second}`;
}

/** The instant of a wall time in a zone; in a gap it moves forward, in an overlap it is the first. */
export function instantOf(wall: string, zone: string): Date {
  const asUtc = Date.parse(`${wall.length === 16 ? `${wall}:00` : wall}Z`);
  const offsetAt = (time: number) => Date.parse(`${wallTime(time, zone)}Z`) - time;
  const before = offsetAt(asUtc - 86_400_000);
  const after = offsetAt(asUtc + 86_400_000);
  const candidates = [asUtc - before, asUtc - after].sort((a, b) => a - b);
  for (const candidate of candidates) if (candidate + offsetAt(candidate) === asUtc) return new Date(candidate);
  return new Date(asUtc - before);
}

/** The zone this device is set to. */
export const deviceZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;
export const today = (zone: string, now: number | Date = Date.now()): CalendarDate => wallTime(now, zone).slice(0, 10);

const utc = (date: CalendarDate) => new Date(`${date}T00:00:00Z`);
const text = (date: Date): CalendarDate => date.toISOString().slice(0, 10);

export function addDays(date: CalendarDate, days: number): CalendarDate {
  const result = utc(date);
  result.setUTCDate(result.getUTCDate() + days);
  return text(result);
}
export const daysBetween = (from: CalendarDate, to: CalendarDate) => Math.round((utc(to).getTime() - utc(from).getTime()) / 86_400_000);
/** 0 = Monday … 6 = Sunday. */
export const weekday = (date: CalendarDate) => (utc(date).getUTCDay() + 6) % 7;
/** The next date on that weekday, strictly after `from`. */
export const nextWeekday = (from: CalendarDate, day: number) => addDays(from, ((day - weekday(from) + 6) % 7) + 1);

/** For the calendar widget, which thinks in local midnights. */
export const toLocalDate = (date: CalendarDate) => new Date(`${date}T00:00:00`);
export const fromLocalDate = (date: Date): CalendarDate =>
  `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}-${String(date.getDate()).padStart(2, "0")}`;

const formats = new Map<string, Intl.DateTimeFormat>();
function display(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale + JSON.stringify(options);
  let format = formats.get(key);
  if (!format) formats.set(key, (format = new Intl.DateTimeFormat(locale, options)));
  return format;
}

export const formatDate = (date: CalendarDate, locale: string, options: Intl.DateTimeFormatOptions) =>
  display(locale, { ...options, timeZone: "UTC" }).format(utc(date));
export const formatInstant = (instant: string, locale: string, zone: string, options: Intl.DateTimeFormatOptions = { dateStyle: "medium", timeStyle: "short" }) =>
  display(locale, { ...options, timeZone: zone }).format(new Date(instant));
export const formatTime = (wall: string, locale: string) =>
  display(locale, { hour: "numeric", minute: "2-digit", timeZone: "UTC" }).format(new Date(`${wall.slice(0, 16)}:00Z`));
export const formatWall = (wall: string, locale: string) =>
  display(locale, { weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "numeric", minute: "2-digit", timeZone: "UTC" }).format(new Date(`${wall.slice(0, 16)}:00Z`));

/** An occurrence of a series: with its time of day unless it is a whole day, and its year unless it is the one given. */
export function formatOccurrence(local: string, locale: string, thisYear?: string): string {
  const timed = local.length > 10 && !local.includes("T00:00");
  const options: Intl.DateTimeFormatOptions = { weekday: "short", day: "numeric", month: "short", ...(local.slice(0, 4) !== thisYear && { year: "numeric" }), ...(timed && { hour: "numeric", minute: "2-digit" }), timeZone: "UTC" };
  return display(locale, options).format(new Date(`${local.slice(0, 10)}T${timed ? local.slice(11, 16) : "00:00"}:00Z`));
}

/** "3 minutes ago", in the largest unit that fits. */
export function relativeTime(instant: string, locale: string, now = Date.now()): string {
  const seconds = (Date.parse(instant) - now) / 1000;
  const format = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" });
  const units: [Intl.RelativeTimeFormatUnit, number][] = [["year", 31_557_600], ["month", 2_629_800], ["week", 604_800], ["day", 86_400], ["hour", 3600], ["minute", 60]];
  for (const [unit, size] of units) if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  return format.format(0, "second");
}
