import type { Reminder } from "@/shared/api/types";
import type { Translate } from "@/shared/i18n";
import { formatInstant } from "@/shared/lib/dates";

/** "30 minutes before", "1 day before", "12 Mar, 09:00". */
export function reminderText(reminder: Reminder, t: Translate, locale: string, zone: string): string {
  if (reminder.at) return formatInstant(reminder.at, locale, zone, { dateStyle: "medium", timeStyle: "short" });
  const minutes = reminder.minutes_before ?? 0;
  if (minutes === 0) return t("reminder.atTime");
  if (minutes % 10_080 === 0) return t("reminder.weeks", { count: minutes / 10_080 });
  if (minutes % 1440 === 0) return t("reminder.days", { count: minutes / 1440 });
  if (minutes % 60 === 0) return t("reminder.hours", { count: minutes / 60 });
  return t("reminder.minutes", { count: minutes });
}
