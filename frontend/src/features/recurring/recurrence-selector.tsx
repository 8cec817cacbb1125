"use client";
/** The rule of a series: ready-made choices, an editor, the next dates as the server counts them. */
import { useState } from "react";
import { recurring as api } from "@/shared/api/endpoints";
import { explain } from "@/shared/api/explain";
import type { RecurringInput, RecurringTask, Task } from "@/shared/api/types";
import { useI18n } from "@/shared/i18n";
import { cx } from "@/shared/lib/cx";
import { formatDate, formatWall } from "@/shared/lib/dates";
import { Button } from "@/shared/ui/button";
import { DialogBody, DialogFooter } from "@/shared/ui/dialog";
import { notify } from "@/shared/ui/toast";
import { seriesInput } from "@/features/tasks/actions";
import { dueDay } from "@/features/tasks/due";
import type { Scope } from "@/features/tasks/scope";
import { useToday, useZone } from "@/features/tasks/zone";
import { useRulePreview, useSaveSeries, useSeriesMutation } from "./queries";
import { DAYS, defaultRule, formatRule, parseRule, type Rule } from "./rule";
import { RuleEditor } from "./rule-editor";
import { weekday } from "@/shared/lib/dates";

interface Props { task: Task; series: RecurringTask | null; onDone: () => void }

export function RecurrenceSelector({ task, series, onDone }: Props) {
  const { t, locale } = useI18n();
  const zone = useZone();
  const today = useToday();
  const start = dueDay(task, zone) ?? today;
  const [rule, setRule] = useState<Rule>(() => (series ? parseRule(series.rrule, series.dtstart.slice(0, 10)) : defaultRule(start)));
  const [mode, setMode] = useState<RecurringInput["mode"]>(series?.mode ?? "schedule");
  const rrule = formatRule(rule, start);
  const base = seriesInput({ ...task, due_on: task.due_on ?? (task.due_at ? null : start) }, rrule, mode);
  const preview = useRulePreview({ rrule, dtstart: series?.dtstart ?? base.dtstart, time_zone: series?.time_zone ?? base.time_zone });
  const [scope, setScope] = useState<Scope>("following");
  const save = useSaveSeries();
  const end = useSeriesMutation(() => api.act(series!.id, "end"));

  const choose = (change: Partial<Rule>) => setRule({ ...defaultRule(start), ...change });
  const presets: [string, Partial<Rule>][] = [
    [t("recurring.daily"), { frequency: "DAILY", days: [] }],
    [t("recurring.weekdays"), { frequency: "WEEKLY", days: DAYS.slice(0, 5) }],
    [t("recurring.weeklyOn", { day: formatDate(start, locale, { weekday: "long" }) }), { frequency: "WEEKLY", days: [DAYS[weekday(start)]!] }],
    [t("recurring.monthlyOn", { day: Number(start.slice(8)) }), { frequency: "MONTHLY", days: [] }],
    [t("recurring.monthlyLast"), { frequency: "MONTHLY", monthlyBy: "last", days: [] }],
    [t("recurring.yearlyOn", { day: formatDate(start, locale, { day: "numeric", month: "long" }) }), { frequency: "YEARLY", days: [] }],
  ];

  const submit = () =>
    save.mutate(
      { series, scope, occurrenceKey: task.occurrence_key, input: { rrule, mode, dtstart: base.dtstart, time_zone: base.time_zone, task_id: task.id } },
      { onSuccess: onDone, onError: (error) => notify.error(t("error.notSaved"), explain(error)) },
    );

  return (
    <form className="flex min-h-0 flex-col" onSubmit={(event) => { event.preventDefault(); submit(); }}>
      <DialogBody className="flex flex-col gap-4">
        <div role="group" aria-label={t("recurring.presets")} className="flex flex-wrap gap-1.5">
          {presets.map(([label, change]) => {
            const active = formatRule({ ...defaultRule(start), ...change }, start) === rrule;
            return <button key={label} type="button" aria-pressed={active} onClick={() => choose(change)} className={cx("h-7.5 rounded-full border px-3 text-[0.8125rem]", active ? "border-accent-text bg-accent-soft text-accent-text" : "border-line-strong text-muted hover:bg-hover")}>{label}</button>;
          })}
        </div>
        <RuleEditor rule={rule} onChange={setRule} start={start} />
        <fieldset>
          <legend className="mb-1.5 text-[0.8125rem] font-medium">{t("recurring.mode")}</legend>
          {(["schedule", "completion"] as const).map((each) => (
            <label key={each} className="flex min-h-8 items-center gap-2.5">
              <input type="radio" name="mode" checked={mode === each} onChange={() => setMode(each)} className="size-4 accent-[var(--accent)]" />
              {t(`recurring.mode.${each}`)}
            </label>
          ))}
        </fieldset>
        {series && (
          <fieldset>
            <legend className="mb-1.5 text-[0.8125rem] font-medium">{t("scope.legend")}</legend>
            {(["following", "all"] as const).map((each) => (
              <label key={each} className="flex min-h-8 items-center gap-2.5">
                <input type="radio" name="scope" checked={scope === each} onChange={() => setScope(each)} className="size-4 accent-[var(--accent)]" />
                {t(`scope.${each}`)}
              </label>
            ))}
          </fieldset>
        )}
        {preview.data && (
          <section aria-label={t("recurring.next")} aria-live="polite" className="rounded-lg bg-surface px-3 py-2.5">
            {preview.data.description && <p className="mb-1 font-medium">{preview.data.description}</p>}
            <ul className="flex flex-col gap-0.5 text-[0.8125rem] text-muted tabular-nums">
              {preview.data.items.map((item) => <li key={item.utc}>{task.due_at || item.local.length > 10 && !item.local.includes("T00:00") ? formatWall(item.local, locale) : formatDate(item.local.slice(0, 10), locale, { weekday: "short", day: "numeric", month: "short", year: "numeric" })}</li>)}
            </ul>
          </section>
        )}
      </DialogBody>
      <DialogFooter>
        {series && <Button variant="danger" className="mr-auto" onClick={() => end.mutate(undefined, { onSuccess: onDone })}>{t("recurring.end")}</Button>}
        <Button onClick={onDone}>{t("action.cancel")}</Button>
        <Button type="submit" variant="primary" busy={save.isPending} disabled={save.isPending}>{t("action.save")}</Button>
      </DialogFooter>
    </form>
  );
}
