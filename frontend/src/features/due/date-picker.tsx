"use client";
/** Choosing a due date: quick choices, typed words, a calendar, a time. */
import { CalendarOff, CalendarPlus, Moon, Sofa, Sun, type LucideIcon } from "lucide-react";
import { lazy, Suspense, useDeferredValue, useState, type FormEvent } from "react";
import { tasks as api } from "@/shared/api/endpoints";
import type { TaskInput } from "@/shared/api/types";
import { languageStore, useI18n } from "@/shared/i18n";
import { addDays, formatDate, nextWeekday, type CalendarDate } from "@/shared/lib/dates";
import { useToday, useZone } from "@/features/tasks/zone";

const Calendar = lazy(() => import("./calendar"));
const Empty = () => <div className="h-68" />;

export interface DueValue { day: CalendarDate | null; time: string | null }

export function useDueInput() {
  const zone = useZone();
  return ({ day, time }: DueValue): TaskInput => (!day ? { due_on: null, due_at: null } : time ? { due_at: `${day}T${time}:00`, due_tz: zone, due_on: null } : { due_on: day, due_at: null });
}

export function DatePicker({ value, onPick }: { value: DueValue; onPick: (value: DueValue) => void }) {
  const { t, locale } = useI18n();
  const today = useToday();
  const zone = useZone();
  const [words, setWords] = useState("");
  const [unclear, setUnclear] = useState(false);
  // The field and the quick choices are there with the first frame, the calendar with the next.
  const complete = useDeferredValue(true, false);
  const choices: [string, LucideIcon, CalendarDate | null][] = [
    [t("date.today"), Sun, today],
    [t("date.tomorrow"), Moon, addDays(today, 1)],
    [t("date.weekend"), Sofa, nextWeekday(addDays(today, -1), 5)],
    [t("date.nextWeek"), CalendarPlus, nextWeekday(today, 0)],
    [t("date.none"), CalendarOff, null],
  ];

  async function understand(event: FormEvent) {
    event.preventDefault();
    event.stopPropagation();
    if (!words.trim()) return;
    const { items } = await api.parse({ text: `x ${words}`, time_zone: zone, locale: languageStore.get().locale }).catch(() => ({ items: [] }));
    const task = items[0]?.task;
    if (task?.due_on) onPick({ day: task.due_on, time: null });
    else if (task?.due_local) onPick({ day: task.due_local.slice(0, 10), time: task.due_local.slice(11, 16) });
    else setUnclear(true);
  }

  return (
    <div className="w-72 max-w-full">
      <form onSubmit={understand} className="p-1 pb-2">
        <input
          className="field"
          aria-label={t("due.words")}
          aria-invalid={unclear || undefined}
          placeholder={t("due.placeholder")}
          value={words}
          onChange={(event) => { setWords(event.target.value); setUnclear(false); }}
        />
        {unclear && <p role="alert" className="px-1 pt-1 text-xs text-danger">{t("due.unclear")}</p>}
      </form>
      <ul aria-label={t("due.quick")}>
        {choices.map(([label, Icon, day]) => (
          <li key={label}>
            <button type="button" onClick={() => onPick({ day, time: day ? value.time : null })} className="flex h-8 w-full items-center gap-2.5 rounded-md px-2 text-[0.8125rem] hover:bg-hover">
              <Icon aria-hidden size={15} className="text-muted" />
              <span>{label}</span>
              {day && <span className="ml-auto text-xs text-faint">{formatDate(day, locale, { weekday: "short", ...(day > addDays(today, 6) && { day: "numeric", month: "short" }) })}</span>}
            </button>
          </li>
        ))}
      </ul>
      <div className="mt-1 border-t border-line pt-1">
        <Suspense fallback={<Empty />}>{complete ? <Calendar selected={value.day} today={today} onSelect={(day) => onPick({ day, time: value.time })} /> : <Empty />}</Suspense>
      </div>
      <label className="flex items-center justify-between gap-3 border-t border-line px-2 pt-2.5 pb-1 text-[0.8125rem]">
        {t("due.time")}
        <input type="time" className="field w-32" value={value.time ?? ""} onChange={(event) => onPick({ day: value.day ?? today, time: event.target.value || null })} />
      </label>
    </div>
  );
}
