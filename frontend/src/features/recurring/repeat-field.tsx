"use client";
/** Whether and how a task repeats. */
import { useState } from "react";
import type { Task } from "@/shared/api/types";
import { useI18n } from "@/shared/i18n";
import { isTemporary } from "@/shared/lib/ids";
import { Dialog } from "@/shared/ui/dialog";
import { useSeries } from "./queries";
import { RecurrenceSelector } from "./recurrence-selector";

export function RepeatField({ task }: { task: Task }) {
  const { t } = useI18n();
  const [open, setOpen] = useState(false);
  const { data: series } = useSeries(task.recurring_task_id);
  const pending = isTemporary(task.id) || task.recurring_task_id === "pending";
  return (
    <>
      <button type="button" aria-haspopup="dialog" disabled={pending} onClick={() => setOpen(true)} className="flex min-h-8.5 w-full items-center rounded-md px-2 text-left hover:bg-hover">
        {task.recurring_task_id ? <span className="block first-letter:uppercase">{series?.description ?? t("task.repeats")}{series?.paused_at && <span className="text-faint"> · {t("recurring.paused")}</span>}</span> : <span className="text-faint">{t("recurring.never")}</span>}
      </button>
      {open && (
        <Dialog title={t("field.repeat")} onClose={() => setOpen(false)}>
          <RecurrenceSelector task={task} series={series ?? null} onDone={() => setOpen(false)} />
        </Dialog>
      )}
    </>
  );
}
