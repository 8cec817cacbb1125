/** A rule in few words, for places where only its text is at hand; where the series is, the server's description says it in full. */
import type { Translate } from "@/shared/i18n";
import { addDays, formatDate } from "@/shared/lib/dates";
import { DAYS, parseRule, type Day } from "./rule";

const MONDAY = "2024-01-01";

export function ruleWords(text: string, t: Translate, locale: string): string {
  const rule = parseRule(text, MONDAY);
  if (!["DAILY", "WEEKLY", "MONTHLY", "YEARLY"].includes(rule.frequency)) return text;
  const every = `${t("recurring.every")} ${rule.interval > 1 ? `${rule.interval.toLocaleString(locale)} ` : ""}${t(`recurring.unit.${rule.frequency}`, { count: rule.interval })}`;
  const dayName = (day: Day) => formatDate(addDays(MONDAY, DAYS.indexOf(day)), locale, { weekday: "short" });
  const days = /BYDAY=/.test(text) && rule.frequency === "WEEKLY" ? `: ${rule.days.filter((day) => DAYS.includes(day)).map(dayName).join(", ")}` : "";
  const end = rule.until ? ` – ${formatDate(rule.until, locale, { dateStyle: "medium" })}` : rule.count ? ` × ${rule.count}` : "";
  return every + days + end;
}
