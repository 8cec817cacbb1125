"use client";
import { ChevronLeft, ChevronRight } from "lucide-react";
import { useState } from "react";
import { session } from "@/shared/api/session";
import { useI18n } from "@/shared/i18n";
import { cx } from "@/shared/lib/cx";
import { addDays, formatDate, weekday, type CalendarDate } from "@/shared/lib/dates";
import { useStore } from "@/shared/lib/store";
import { IconButton } from "@/shared/ui/button";

interface Props { today: CalendarDate; counts: Map<CalendarDate, number>; selected: CalendarDate | null; onSelect: (day: CalendarDate) => void }

/** A week to jump by: each day with a hint of how full it is. */
export function WeekStrip({ today, counts, selected, onSelect }: Props) {
  const { t, locale } = useI18n();
  const [week, setWeek] = useState(0);
  const weekStart = useStore(session, (state) => state.user?.week_start ?? 0);
  const start = addDays(today, week * 7 - ((weekday(today) - weekStart + 7) % 7));
  return (
    <div className="no-print sticky top-14 z-[5] flex items-center gap-1 border-b border-line bg-bg/95 px-2 pb-2 backdrop-blur-sm sm:px-7">
      <IconButton icon={ChevronLeft} label={t("date.previousWeek")} disabled={week === 0} onClick={() => setWeek(week - 1)} />
      <ol className="grid flex-1 grid-cols-7 gap-1">
        {Array.from({ length: 7 }, (_, index) => addDays(start, index)).map((day) => {
          const count = counts.get(day) ?? 0;
          return (
            <li key={day}>
              <button
                type="button"
                disabled={day < today}
                aria-pressed={day === selected}
                onClick={() => onSelect(day)}
                className={cx("flex h-13 w-full flex-col items-center justify-center gap-0.5 rounded-lg transition-colors hover:bg-hover disabled:opacity-45", day === selected && "bg-active")}
              >
                <span className="text-[0.6875rem] text-faint">{formatDate(day, locale, { weekday: "short" })}</span>
                <span className={cx("text-sm tabular-nums", day === today && "font-semibold text-accent-text")}>{Number(day.slice(8))}</span>
                <span className="sr-only">{formatDate(day, locale, { month: "long" })}, {t("nav.openTasks", { count })}</span>
                <span aria-hidden className="flex h-1 gap-0.5">{Array.from({ length: Math.min(count, 3) }, (_, dot) => <i key={dot} className="size-1 rounded-full bg-accent" />)}</span>
              </button>
            </li>
          );
        })}
      </ol>
      <IconButton icon={ChevronRight} label={t("date.nextWeek")} onClick={() => setWeek(week + 1)} />
    </div>
  );
}
