/** Audit entries in words. */
import { PRIORITIES, type AuditEntry, type Priority, type TagColor, type Task } from "@/shared/api/types";
import { TAG_COLORS } from "@/shared/api/types";
import type { MessageKey, Translate } from "@/shared/i18n";
import { en } from "@/shared/i18n/en";
import { addDays, formatDate, formatInstant, formatWall } from "@/shared/lib/dates";
import { ruleWords } from "@/features/recurring/rule-words";
import { reminderText } from "@/features/reminders/reminder-text";

export interface Words { t: Translate; locale: string; zone: string; titleOf?: (taskId: string) => string | undefined }
export interface ChangeText { field: string; before: string; after: string }
type Change = AuditEntry["changes"][string];

const FIELDS: Record<string, MessageKey> = {
  title: "field.title", notes: "field.notes", priority: "field.priority", tags: "field.tags", due: "field.due", parent_id: "field.parent", reminders: "field.reminders", status: "field.status",
  name: "field.name", color: "tag.color", rrule: "field.repeat", mode: "field.mode", dtstart: "field.start", tzid: "field.zone", time_zone: "field.zone", locale: "field.locale", week_start: "field.weekStart",
  display_name: "auth.name", "settings.default_reminder_minutes": "settings.defaultReminder", "settings.all_day_reminder_time": "settings.allDayTime",
};
const MONDAY = "2024-01-01";

export const shortType = (type: string) => type.replace(/^app\./, "").replace(/\.v\d+$/, "");

export function actionText(entry: AuditEntry, t: Translate): string {
  const key = `event.${shortType(entry.type)}`;
  return key in en ? t(key as MessageKey) : shortType(entry.type).replace(/[._]/g, " ");
}

/** The fields a person cares about, from what to what; the two kinds of due date are one field. */
export function changeTexts(entry: AuditEntry, words: Words): ChangeText[] {
  const { due_on, due_at, exdates, ...rest } = entry.changes;
  const changes: Record<string, Change> = { ...rest };
  if (due_on || due_at) changes.due = { before: due_on?.before ?? due_at?.before ?? null, after: due_on?.after ?? due_at?.after ?? null };
  const texts = Object.entries(changes)
    .filter(([field]) => field in FIELDS)
    .map(([field, { before, after }]) => ({ field: words.t(FIELDS[field]!), before: valueText(field, before, words), after: valueText(field, after, words) }))
    .filter(({ before, after }) => before !== after);
  return exdates ? [...texts, skipped(exdates, words)] : texts;
}

/** Skipping adds a date to the exceptions: that date is what was taken out. */
function skipped({ before, after }: Change, words: Words): ChangeText {
  const old = new Set(Array.isArray(before) ? before : []);
  const added = (Array.isArray(after) ? after : []).filter((date) => !old.has(date)).map(String);
  return { field: words.t("field.due"), before: added.map((date) => dateText(date, words)).join(", "), after: words.t("value.empty") };
}

const isEmpty = (of: unknown) => of === null || of === undefined || of === "" || (Array.isArray(of) && !of.length);

function valueText(field: string, of: unknown, words: Words): string {
  const { t, locale } = words;
  if (field === "settings.default_reminder_minutes") return of === null ? t("settings.noReminder") : reminderText({ minutes_before: Number(of) }, t, locale, words.zone);
  if (isEmpty(of)) return t(field === "priority" ? "priority.none" : "value.empty");
  if (field === "reminders" && Array.isArray(of)) return (of as Task["reminders"]).map((each) => reminderText(each, t, locale, words.zone)).join(", ");
  if (Array.isArray(of)) return of.map(String).join(", ");
  const text = String(of);
  switch (field) {
    case "priority": return (PRIORITIES as string[]).includes(text) ? t(`priority.${text as Priority}`) : text;
    case "status": return t(text === "completed" ? "filter.status.completed" : "filter.status.open");
    case "color": return (TAG_COLORS as string[]).includes(text) ? t(`color.${text as TagColor}`) : text;
    case "parent_id": return words.titleOf?.(text) ?? t("field.parent");
    case "rrule": return ruleWords(text, t, locale);
    case "mode": return t(text === "completion" ? "recurring.mode.completion" : "recurring.mode.schedule");
    case "week_start": return formatDate(addDays(MONDAY, Number(text)), locale, { weekday: "long" });
    case "time_zone": case "tzid": return text.replaceAll("_", " ");
    case "due": case "dtstart": return dateText(text, words);
    default: return text.length > 160 ? `${text.slice(0, 159)}…` : text;
  }
}

function dateText(text: string, { locale, zone }: Words): string {
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return formatDate(text, locale, { dateStyle: "medium" });
  if (Number.isNaN(Date.parse(text))) return text;
  return /(Z|[+-]\d\d:\d\d)$/.test(text) ? formatInstant(text, locale, zone) : formatWall(text, locale);
}
