/** A task's due date in the user's zone: which day it falls on, how late it is, how to say it. */
import { addDays, daysBetween, formatDate, formatTime, wallTime, type CalendarDate } from "@/shared/lib/dates";
import type { Translate } from "@/shared/i18n";
import type { Task } from "@/shared/api/types";

type Dated = Pick<Task, "due_on" | "due_at">;
export type DueTone = "overdue" | "today" | "soon" | "later";

/** The day the task is due on for a person in `zone`; null without a due date. */
export function dueDay(task: Dated, zone: string): CalendarDate | null {
  if (task.due_on) return task.due_on;
  return task.due_at ? wallTime(task.due_at, zone).slice(0, 10) : null;
}

/** Sort key: all-day tasks come before timed ones of the same day, undated ones last. */
export function dueKey(task: Dated, zone: string): string {
  if (task.due_on) return `${task.due_on}T`;
  return task.due_at ? wallTime(task.due_at, zone) : "9999";
}

export function dueTone(task: Dated, zone: string, now: number): DueTone {
  const day = dueDay(task, zone)!;
  const current = wallTime(now, zone).slice(0, 10);
  if (day < current || (task.due_at && Date.parse(task.due_at) < now)) return "overdue";
  if (day === current) return "today";
  return day <= addDays(current, 7) ? "soon" : "later";
}

/** Today, Tomorrow, Yesterday, a weekday within a week, else day and month (and year if another). */
export function dayLabel(day: CalendarDate, current: CalendarDate, t: Translate, locale: string): string {
  const distance = daysBetween(current, day);
  if (distance === 0) return t("date.today");
  if (distance === 1) return t("date.tomorrow");
  if (distance === -1) return t("date.yesterday");
  if (distance > 1 && distance < 7) return formatDate(day, locale, { weekday: "long" });
  const sameYear = day.slice(0, 4) === current.slice(0, 4);
  return formatDate(day, locale, { day: "numeric", month: "short", ...(!sameYear && { year: "numeric" }) });
}

export function dueLabel(task: Dated, zone: string, now: number, t: Translate, locale: string): string {
  const day = dueDay(task, zone)!;
  const label = dayLabel(day, wallTime(now, zone).slice(0, 10), t, locale);
  return task.due_at ? `${label} ${formatTime(wallTime(task.due_at, zone), locale)}` : label;
}
