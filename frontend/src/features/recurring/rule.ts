/** The editor's model of an RRULE (RFC 5545, 3.3.10) and the way to and from its text. */
import type { CalendarDate } from "@/shared/lib/dates";
import { weekday } from "@/shared/lib/dates";

export const DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"] as const;
export type Day = (typeof DAYS)[number];
export type Frequency = "DAILY" | "WEEKLY" | "MONTHLY" | "YEARLY";
export type MonthlyBy = "day" | "weekday" | "last";
export interface Rule {
  frequency: Frequency; interval: number; days: Day[]; monthlyBy: MonthlyBy;
  /** For "weekday": first … fourth, -1 for the last. */
  ordinal: number; monthDay: number; until: CalendarDate | null; count: number | null;
  /** Parts the editor does not show; kept as they are. */
  rest: string[];
}

export const defaultRule = (start: CalendarDate): Rule => ({
  frequency: "WEEKLY", interval: 1, days: [DAYS[weekday(start)]!], monthlyBy: "day", ordinal: Math.min(Math.ceil(Number(start.slice(8)) / 7), 4),
  monthDay: Number(start.slice(8)), until: null, count: null, rest: [],
});

export function formatRule(rule: Rule, start: CalendarDate): string {
  const parts = [`FREQ=${rule.frequency}`];
  if (rule.interval > 1) parts.push(`INTERVAL=${rule.interval}`);
  if (rule.frequency === "WEEKLY" && rule.days.length) parts.push(`BYDAY=${DAYS.filter((day) => rule.days.includes(day)).join(",")}`);
  if (rule.frequency === "MONTHLY") {
    if (rule.monthlyBy === "day") parts.push(`BYMONTHDAY=${rule.monthDay}`);
    if (rule.monthlyBy === "last") parts.push("BYMONTHDAY=-1");
    if (rule.monthlyBy === "weekday") parts.push(`BYDAY=${rule.ordinal}${rule.days[0] ?? DAYS[weekday(start)]}`);
  }
  if (rule.until) parts.push(`UNTIL=${rule.until.replaceAll("-", "")}T235959`);
  else if (rule.count) parts.push(`COUNT=${rule.count}`);
  return [...parts, ...rule.rest].join(";");
}

export function parseRule(text: string, start: CalendarDate): Rule {
  const rule = defaultRule(start);
  rule.days = [];
  for (const part of text.replace(/^RRULE:/i, "").split(";")) {
    const [name = "", value = ""] = part.split("=");
    switch (name.toUpperCase()) {
      case "FREQ": rule.frequency = value as Frequency; break;
      case "INTERVAL": rule.interval = Number(value) || 1; break;
      case "COUNT": rule.count = Number(value) || null; break;
      case "UNTIL": rule.until = value.replace(/^(\d{4})(\d\d)(\d\d).*/, "$1-$2-$3"); break;
      case "BYDAY": {
        const [, ordinal, day] = /^([+-]?\d+)([A-Z]{2})$/.exec(value) ?? [];
        if (ordinal && day) Object.assign(rule, { monthlyBy: "weekday", ordinal: Number(ordinal), days: [day as Day] });
        else rule.days = value.split(",") as Day[];
        break;
      }
      case "BYMONTHDAY":
        if (value === "-1") rule.monthlyBy = "last";
        else if (/^\d+$/.test(value)) rule.monthDay = Number(value);
        else rule.rest.push(part);
        break;
      default: if (part) rule.rest.push(part);
    }
  }
  if (rule.frequency === "WEEKLY" && !rule.days.length) rule.days = [DAYS[weekday(start)]!];
  return rule;
}
