"use client";
import { useI18n } from "@/shared/i18n";
import { cx } from "@/shared/lib/cx";
import { addDays, formatDate, weekday, type CalendarDate } from "@/shared/lib/dates";
import { DAYS, type Day, type Frequency, type MonthlyBy, type Rule } from "./rule";

const FREQUENCIES: Frequency[] = ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"];
const MONDAY = "2024-01-01";
const ORDINALS = [1, 2, 3, 4, -1] as const;

interface Props { rule: Rule; start: CalendarDate; onChange: (rule: Rule) => void }

export function RuleEditor({ rule, start, onChange }: Props) {
  const { t, locale } = useI18n();
  const set = (change: Partial<Rule>) => onChange({ ...rule, ...change });
  const dayName = (day: Day, width: "short" | "long") => formatDate(addDays(MONDAY, DAYS.indexOf(day)), locale, { weekday: width });
  const setFrequency = (frequency: Frequency) => set({ frequency, days: frequency === "WEEKLY" ? [DAYS[weekday(start)]!] : [], rest: [], monthlyBy: "day" });
  const ends = rule.until ? "until" : rule.count ? "count" : "never";
  return (
    <div className="flex flex-col gap-3">
      <div className="flex items-center gap-2">
        <label htmlFor="rule-interval">{t("recurring.every")}</label>
        <input id="rule-interval" type="number" min={1} max={999} className="field w-20" value={rule.interval} onChange={(event) => set({ interval: Math.max(1, Math.min(999, Number(event.target.value) || 1)) })} />
        <select aria-label={t("recurring.unit")} className="field w-auto" value={rule.frequency} onChange={(event) => setFrequency(event.target.value as Frequency)}>
          {FREQUENCIES.map((each) => <option key={each} value={each}>{t(`recurring.unit.${each}`, { count: rule.interval })}</option>)}
        </select>
      </div>
      {rule.frequency === "WEEKLY" && (
        <div role="group" aria-label={t("recurring.onDays")} className="flex flex-wrap gap-1.5">
          {DAYS.map((day) => {
            const on = rule.days.includes(day);
            return (
              <button
                key={day}
                type="button"
                aria-pressed={on}
                onClick={() => set({ days: on && rule.days.length > 1 ? rule.days.filter((each) => each !== day) : [...new Set([...rule.days, day])] })}
                className={cx("h-8.5 min-w-10 rounded-lg border px-1.5 text-[0.8125rem]", on ? "border-accent bg-accent text-accent-fg" : "border-line-strong text-muted hover:bg-hover")}
              >
                <span aria-hidden>{dayName(day, "short")}</span>
                <span className="sr-only">{dayName(day, "long")}</span>
              </button>
            );
          })}
        </div>
      )}
      {rule.frequency === "MONTHLY" && (
        <div className="flex flex-wrap items-center gap-2">
          <select aria-label={t("recurring.onDays")} className="field w-auto" value={rule.monthlyBy} onChange={(event) => set({ monthlyBy: event.target.value as MonthlyBy, days: event.target.value === "weekday" ? [DAYS[weekday(start)]!] : [] })}>
            <option value="day">{t("recurring.byDay")}</option>
            <option value="weekday">{t("recurring.byWeekday")}</option>
            <option value="last">{t("recurring.byLast")}</option>
          </select>
          {rule.monthlyBy === "day" && <input aria-label={t("recurring.byDay")} type="number" min={1} max={31} className="field w-20" value={rule.monthDay} onChange={(event) => set({ monthDay: Math.max(1, Math.min(31, Number(event.target.value) || 1)) })} />}
          {rule.monthlyBy === "weekday" && (
            <>
              <select aria-label={t("recurring.ordinal")} className="field w-auto" value={rule.ordinal} onChange={(event) => set({ ordinal: Number(event.target.value) })}>
                {ORDINALS.map((each) => <option key={each} value={each}>{t(`recurring.ordinal.${each}`)}</option>)}
              </select>
              <select aria-label={t("recurring.weekday")} className="field w-auto" value={rule.days[0]} onChange={(event) => set({ days: [event.target.value as Day] })}>
                {DAYS.map((day) => <option key={day} value={day}>{dayName(day, "long")}</option>)}
              </select>
            </>
          )}
        </div>
      )}
      <div className="flex flex-wrap items-center gap-2">
        <label htmlFor="rule-ends">{t("recurring.ends")}</label>
        <select id="rule-ends" className="field w-auto" value={ends} onChange={(event) => set({ until: event.target.value === "until" ? addDays(start, 90) : null, count: event.target.value === "count" ? 10 : null })}>
          <option value="never">{t("recurring.ends.never")}</option>
          <option value="until">{t("recurring.ends.until")}</option>
          <option value="count">{t("recurring.ends.count")}</option>
        </select>
        {rule.until && <input aria-label={t("recurring.ends.until")} type="date" className="field w-auto" min={start} value={rule.until} onChange={(event) => set({ until: event.target.value || null })} />}
        {rule.count && <input aria-label={t("recurring.ends.count")} type="number" min={1} max={999} className="field w-20" value={rule.count} onChange={(event) => set({ count: Math.max(1, Number(event.target.value) || 1) })} />}
      </div>
    </div>
  );
}
