"use client";
/** A task's reminders: before it is due, or at a moment of its own. */
import { AlarmClock, X } from "lucide-react";
import { useState } from "react";
import type { Reminder, Task } from "@/shared/api/types";
import { useI18n } from "@/shared/i18n";
import { instantOf, wallTime } from "@/shared/lib/dates";
import { Button, IconButton } from "@/shared/ui/button";
import { useZone } from "@/features/tasks/zone";
import { reminderText } from "./reminder-text";

const BEFORE = [0, 5, 10, 30, 60, 1440];
const plain = ({ minutes_before, at }: Reminder): Reminder => (at ? { at } : { minutes_before: minutes_before ?? 0 });
const MOST = 10;

export function ReminderPicker({ task, onChange }: { task: Pick<Task, "reminders" | "due_on" | "due_at">; onChange: (reminders: Reminder[]) => void }) {
  const { t, locale } = useI18n();
  const zone = useZone();
  const [moment, setMoment] = useState("");
  const reminders = task.reminders.map(plain);
  const dated = Boolean(task.due_on || task.due_at);
  const add = (reminder: Reminder) => onChange([...reminders, reminder]);
  const offered = BEFORE.filter((minutes) => !reminders.some((reminder) => !reminder.at && reminder.minutes_before === minutes));
  return (
    <div>
      {reminders.length > 0 && (
        <ul className="mb-1 border-b border-line pb-1">
          {reminders.map((reminder, index) => {
            const text = reminderText(reminder, t, locale, zone);
            return (
              <li key={text + index} className="flex h-8 items-center gap-2.5 pl-2">
                <AlarmClock aria-hidden size={14} className="text-accent-text" /> {text}
                <IconButton icon={X} size={13} label={t("reminder.remove", { what: text })} className="ml-auto" onClick={() => onChange(reminders.filter((_, at) => at !== index))} />
              </li>
            );
          })}
        </ul>
      )}
      {reminders.length < MOST && dated && (
        <ul aria-label={t("reminder.before")}>
          {offered.map((minutes) => (
            <li key={minutes}><button type="button" onClick={() => add({ minutes_before: minutes })} className="flex h-8 w-full items-center rounded-md px-2 hover:bg-hover">{reminderText({ minutes_before: minutes }, t, locale, zone)}</button></li>
          ))}
        </ul>
      )}
      {!dated && <p className="px-2 py-1 text-xs text-faint">{t("reminder.needsDue")}</p>}
      {reminders.length < MOST && (
        <form
          className="mt-1 flex flex-col gap-1.5 border-t border-line p-2"
          onSubmit={(event) => { event.preventDefault(); event.stopPropagation(); if (moment) { add({ at: instantOf(moment, zone).toISOString() }); setMoment(""); } }}
        >
          <label className="flex flex-col gap-1 text-xs text-faint">{t("reminder.at")}<input type="datetime-local" className="field text-[0.8125rem]" min={wallTime(Date.now(), zone).slice(0, 16)} value={moment} onChange={(event) => setMoment(event.target.value)} /></label>
          <Button size="sm" type="submit" disabled={!moment}>{t("reminder.addAt")}</Button>
        </form>
      )}
    </div>
  );
}
