/** Audit entries in words. */
import type { AuditEntry, Priority } from "@/shared/api/types";
import { PRIORITIES } from "@/shared/api/types";
import type { MessageKey, Translate } from "@/shared/i18n";
import { en } from "@/shared/i18n/en";
import { formatDate, formatInstant } from "@/shared/lib/dates";

const FIELDS: Record<string, MessageKey> = {
  title: "field.title", notes: "field.notes", priority: "field.priority", tags: "field.tags", due_on: "field.due", due_at: "field.due", parent_id: "field.parent",
  reminders: "field.reminders", status: "field.status", name: "field.title", color: "tag.color", rrule: "field.repeat",
};
/** Changes that say nothing to a person. */
const HIDDEN = new Set(["rank", "version", "updated_at", "completed_at", "deleted_at", "due_tz", "due_local", "occurrence_key", "recurring_task_id"]);

/** `app.task.completed.v1` and `task.completed` alike. */
export const shortType = (type: string) => type.replace(/^app\./, "").replace(/\.v\d+$/, "");

export function actionText(entry: AuditEntry, t: Translate): string {
  const key = `event.${shortType(entry.type)}`;
  return key in en ? t(key as MessageKey) : shortType(entry.type).replace(/[._]/g, " ");
}

export interface ChangeText { field: string; before: string; after: string }

export function changeTexts(entry: AuditEntry, t: Translate, locale: string, zone: string): ChangeText[] {
  return Object.entries(entry.changes ?? {})
    .filter(([field]) => !HIDDEN.has(field))
    .map(([field, { before, after }]) => ({ field: FIELDS[field] ? t(FIELDS[field]) : field, before: value(before, t, locale, zone), after: value(after, t, locale, zone) }))
    .filter(({ before, after }) => before !== after);
}

function value(of: unknown, t: Translate, locale: string, zone: string): string {
  if (of === null || of === undefined || of === "" || (Array.isArray(of) && !of.length)) return t("value.empty");
  if (Array.isArray(of)) return of.map((item) => (typeof item === "object" ? t("field.reminders") : String(item))).join(", ");
  if (typeof of === "object") return "…";
  const text = String(of);
  if ((PRIORITIES as string[]).includes(text)) return t(`priority.${text as Priority}`);
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return formatDate(text, locale, { dateStyle: "medium" });
  if (/^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(Date.parse(text))) return formatInstant(text, locale, zone);
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}
