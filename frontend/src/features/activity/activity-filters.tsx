"use client";
import { useI18n } from "@/shared/i18n";
import { useToday } from "@/features/tasks/zone";
import { BETWEEN, SPANS, TYPES, type ActivityFilter, type TypeGroup } from "./activity-filter";
import { addDays } from "@/shared/lib/dates";

export function ActivityFilters({ filter, onChange }: { filter: ActivityFilter; onChange: (filter: ActivityFilter) => void }) {
  const { t } = useI18n();
  const today = useToday();
  const setDays = (days: number) => onChange({ ...filter, days, ...(days === BETWEEN ? { from: addDays(today, -7), to: today } : { from: "", to: "" }) });
  return (
    <div className="flex flex-wrap items-center gap-2 px-3">
      <select aria-label={t("activity.type")} className="field w-auto max-w-52 min-w-0 max-sm:flex-1" value={filter.type} onChange={(event) => onChange({ ...filter, type: event.target.value })}>
        <option value="">{t("activity.allTypes")}</option>
        {(Object.keys(TYPES) as TypeGroup[]).map((group) => (
          <optgroup key={group} label={t(`activity.all.${group}`)}>
            <option value={`${group}.*`}>{t(`activity.all.${group}`)}</option>
            {TYPES[group].map((type) => <option key={type} value={type}>{t(`event.${type}`)}</option>)}
          </optgroup>
        ))}
      </select>
      <select aria-label={t("activity.span")} className="field w-auto min-w-0 max-sm:flex-1" value={filter.days} onChange={(event) => setDays(Number(event.target.value))}>
        <option value={0}>{t("activity.allTime")}</option>
        {SPANS.map((each) => <option key={each} value={each}>{t("activity.days", { count: each })}</option>)}
        <option value={BETWEEN}>{t("activity.custom")}</option>
      </select>
      {filter.days === BETWEEN && (
        <>
          <input type="date" aria-label={t("activity.from")} className="field w-auto" max={filter.to || today} value={filter.from} onChange={(event) => onChange({ ...filter, from: event.target.value })} />
          <input type="date" aria-label={t("activity.until")} className="field w-auto" min={filter.from} max={today} value={filter.to} onChange={(event) => onChange({ ...filter, to: event.target.value })} />
        </>
      )}
    </div>
  );
}
