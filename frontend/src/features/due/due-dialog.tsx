"use client";
import { useI18n } from "@/shared/i18n";
import { wallTime } from "@/shared/lib/dates";
import { Dialog } from "@/shared/ui/dialog";
import type { Dialogs } from "@/shared/ui/dialogs";
import { setDue } from "@/features/tasks/actions";
import { dueDay } from "@/features/tasks/due";
import { useZone } from "@/features/tasks/zone";
import { DatePicker, useDueInput } from "./date-picker";

/** T: the due date of one or several tasks. */
export default function DueDialog({ tasks, onClose }: Dialogs["due"] & { onClose: () => void }) {
  const { t } = useI18n();
  const zone = useZone();
  const input = useDueInput();
  const only = tasks.length === 1 ? tasks[0]! : null;
  const value = { day: only && dueDay(only, zone), time: only?.due_at ? wallTime(only.due_at, zone).slice(11, 16) : null };
  return (
    <Dialog title={only ? t("due.of", { title: only.title }) : t("due.ofMany", { count: tasks.length })} hideTitle onClose={onClose} className="w-auto! p-2">
      <DatePicker value={value} onPick={(next) => { setDue(tasks, input(next)); if (!next.time || next.time === value.time) onClose(); }} />
    </Dialog>
  );
}
