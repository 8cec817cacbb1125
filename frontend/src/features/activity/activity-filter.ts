/** Which part of the trail is shown, and its form in the address and in the API's query. */
import { addDays, instantOf, type CalendarDate } from "@/shared/lib/dates";

export interface ActivityFilter {
  type: string;
  /** 0 for any time, -1 for the days from `from` to `to`. */
  days: number;
  from: CalendarDate | "";
  to: CalendarDate | "";
  /** Only changes of this task. */
  of: string;
}
export const NO_ACTIVITY_FILTER: ActivityFilter = { type: "", days: 0, from: "", to: "", of: "" };
export const SPANS = [1, 7, 30] as const;
export const BETWEEN = -1;

/** Kinds of change as they are offered: a group, "all of it" first. */
export const TYPES = {
  task: ["task.created", "task.updated", "task.completed", "task.reopened", "task.moved", "task.deleted", "task.restored", "task.purged"],
  recurring_task: ["recurring_task.created", "recurring_task.updated", "recurring_task.paused", "recurring_task.resumed", "recurring_task.skipped", "recurring_task.ended"],
  tag: ["tag.created", "tag.updated", "tag.merged", "tag.deleted"],
  notification: ["notification.delivered", "notification.failed", "notification.suppressed"],
  user: ["user.updated", "user.password_changed", "user.password_reset_requested", "user.password_reset", "user.email_confirmed", "user.email_change_requested", "user.email_change_cancelled", "user.email_changed", "user.token_created", "user.token_revoked", "user.sessions_revoked"],
} as const;
export type TypeGroup = keyof typeof TYPES;

const date = (text: string | null) => (text && /^\d{4}-\d\d-\d\d$/.test(text) ? text : "");
const known = new Set<string>(Object.entries(TYPES).flatMap(([group, types]) => [`${group}.*`, ...types]));

export function fromAddress(params: Pick<URLSearchParams, "get">): ActivityFilter {
  const type = params.get("type") ?? "";
  const from = date(params.get("from"));
  const to = date(params.get("to"));
  const days = Number(params.get("days"));
  return { type: known.has(type) ? type : "", days: from || to ? BETWEEN : (SPANS as readonly number[]).includes(days) ? days : 0, from, to, of: /^[\w-]{36}$/.test(params.get("of") ?? "") ? params.get("of")! : "" };
}

export function toAddress(filter: ActivityFilter): string {
  const params = new URLSearchParams();
  if (filter.type) params.set("type", filter.type);
  if (filter.days > 0) params.set("days", String(filter.days));
  if (filter.days === BETWEEN && filter.from) params.set("from", filter.from);
  if (filter.days === BETWEEN && filter.to) params.set("to", filter.to);
  if (filter.of) params.set("of", filter.of);
  return params.toString();
}

export function toQuery(filter: ActivityFilter, today: CalendarDate, zone: string) {
  const start = filter.days > 0 ? addDays(today, 1 - filter.days) : filter.days === BETWEEN ? filter.from : "";
  const end = filter.days === BETWEEN ? filter.to : "";
  const midnight = (day: CalendarDate) => instantOf(`${day}T00:00`, zone).toISOString();
  return { type: filter.type || undefined, task_id: filter.of || undefined, since: start ? midnight(start) : undefined, until: end ? midnight(addDays(end, 1)) : undefined };
}
