"use client";
import { DayPicker } from "react-day-picker";
import { de, enGB, enUS } from "react-day-picker/locale";
import { session } from "@/shared/api/session";
import { useI18n } from "@/shared/i18n";
import { fromLocalDate, toLocalDate, type CalendarDate } from "@/shared/lib/dates";

const LOCALES = { de, en: enUS, "en-GB": enGB };

export default function Calendar({ selected, today, onSelect }: { selected: CalendarDate | null; today: CalendarDate; onSelect: (day: CalendarDate) => void }) {
  const { locale, language } = useI18n();
  const weekStart = (((session.get().user?.week_start ?? 0) + 1) % 7) as 0 | 1 | 2 | 3 | 4 | 5 | 6;
  return (
    <DayPicker
      mode="single"
      locale={LOCALES[locale as keyof typeof LOCALES] ?? LOCALES[language as keyof typeof LOCALES] ?? enUS}
      weekStartsOn={weekStart}
      today={toLocalDate(today)}
      defaultMonth={toLocalDate(selected ?? today)}
      selected={selected ? toLocalDate(selected) : undefined}
      onSelect={(date) => date && onSelect(fromLocalDate(date))}
      showOutsideDays
      classNames={{
        root: "relative select-none px-1",
        months: "",
        month: "",
        month_caption: "flex h-9 items-center px-2 text-[0.8125rem] font-semibold",
        nav: "absolute top-1 right-1 flex gap-0.5",
        button_previous: "grid size-7 place-items-center rounded-md text-muted hover:bg-hover",
        button_next: "grid size-7 place-items-center rounded-md text-muted hover:bg-hover",
        chevron: "size-4 fill-current",
        month_grid: "w-full border-collapse",
        weekday: "h-7 text-[0.6875rem] font-normal text-faint",
        day: "p-0 text-center",
        day_button: "mx-auto grid size-8.5 place-items-center rounded-full text-[0.8125rem] tabular-nums hover:bg-hover",
        today: "font-semibold text-accent-text",
        selected: "[&>button]:bg-accent [&>button]:text-accent-fg [&>button]:hover:bg-accent",
        outside: "text-faint",
      }}
    />
  );
}
