"use client";
/** The task's properties, each a row: name left, control right. */
import { AlarmClock, CalendarDays, Repeat2, SignalHigh, Tag } from "lucide-react";
import { useState, type ReactNode } from "react";
import type { LucideIcon } from "lucide-react";
import { PRIORITIES, type Task } from "@/shared/api/types";
import { useI18n } from "@/shared/i18n";
import { wallTime } from "@/shared/lib/dates";
import { Menu, MenuChoice } from "@/shared/ui/menu";
import { Popover } from "@/shared/ui/popover";
import { changeTasks, setDue, setPriority, setTags } from "@/features/tasks/actions";
import { DueMark, PriorityBadge, PriorityIcon, PRIORITY_LABEL } from "@/features/tasks/components/marks";
import { dueDay } from "@/features/tasks/due";
import { useZone } from "@/features/tasks/zone";
import { DatePicker, useDueInput } from "@/features/due/date-picker";
import { ReminderPicker } from "@/features/reminders/reminder-picker";
import { reminderText } from "@/features/reminders/reminder-text";
import { RepeatField } from "@/features/recurring/repeat-field";
import { TagInput } from "@/features/tags/tag-input";

export const VALUE = "flex min-h-8.5 w-full items-center gap-1.5 rounded-md px-2 text-left hover:bg-hover data-[state=open]:bg-hover";

export function PropertyRow({ icon: Icon, name, children }: { icon: LucideIcon; name: string; children: ReactNode }) {
  return (
    <div className="grid grid-cols-[7.5rem_1fr] items-start">
      <div className="flex h-8.5 items-center gap-2 text-[0.8125rem] text-faint"><Icon aria-hidden size={15} strokeWidth={1.9} />{name}</div>
      <div className="min-w-0 text-[0.8125rem] coarse:text-base">{children}</div>
    </div>
  );
}

export function Properties({ task }: { task: Task }) {
  const { t } = useI18n();
  return (
    <div className="mt-5 flex flex-col border-y border-line py-2">
      <PropertyRow icon={CalendarDays} name={t("field.due")}><DueField task={task} /></PropertyRow>
      <PropertyRow icon={SignalHigh} name={t("field.priority")}><PriorityDropdown task={task} /></PropertyRow>
      <PropertyRow icon={Tag} name={t("field.tags")}><div className="px-2"><TagInput value={task.tags} onChange={(tags) => setTags([task], () => tags)} /></div></PropertyRow>
      <PropertyRow icon={Repeat2} name={t("field.repeat")}><RepeatField task={task} /></PropertyRow>
      <PropertyRow icon={AlarmClock} name={t("field.reminders")}><Reminders task={task} /></PropertyRow>
    </div>
  );
}

function DueField({ task }: { task: Task }) {
  const { t } = useI18n();
  const zone = useZone();
  const input = useDueInput();
  const [open, setOpen] = useState(false);
  const value = { day: dueDay(task, zone), time: task.due_at ? wallTime(task.due_at, zone).slice(11, 16) : null };
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      label={t("field.due")}
      className="p-1.5"
      trigger={<button type="button" className={VALUE}><span className="sr-only">{t("field.due")}: </span>{value.day ? <DueMark task={task} icon={false} /> : <span className="text-faint">{t("due.add")}</span>}</button>}
    >
      <DatePicker value={value} onPick={(next) => { setDue([task], input(next)); if (!next.time || next.time === value.time) setOpen(false); }} />
    </Popover>
  );
}

export function PriorityDropdown({ task }: { task: Task }) {
  const { t } = useI18n();
  return (
    <Menu align="start" label={t("field.priority")} trigger={<button type="button" className={VALUE}><span className="sr-only">{t("field.priority")}: </span><PriorityBadge priority={task.priority} /></button>}>
      {PRIORITIES.map((priority, index) => (
        <MenuChoice key={priority} checked={task.priority === priority} hint={<kbd className="kbd">{priority === "none" ? 0 : index + 1}</kbd>} onSelect={() => setPriority([task], priority)}>
          <span className="flex items-center gap-2"><PriorityIcon priority={priority} /> {t(PRIORITY_LABEL[priority])}</span>
        </MenuChoice>
      ))}
    </Menu>
  );
}

function Reminders({ task }: { task: Task }) {
  const { t, locale } = useI18n();
  const zone = useZone();
  return (
    <Popover
      label={t("field.reminders")}
      className="w-72 p-1.5"
      trigger={
        <button type="button" className={VALUE}>
          <span className="sr-only">{t("field.reminders")}: </span>
          {task.reminders.length ? <span>{task.reminders.map((reminder) => reminderText(reminder, t, locale, zone)).join(", ")}</span> : <span className="text-faint">{t("reminder.add")}</span>}
        </button>
      }
    >
      <ReminderPicker task={task} onChange={(reminders) => changeTasks([task], { reminders }, { quiet: true })} />
    </Popover>
  );
}
