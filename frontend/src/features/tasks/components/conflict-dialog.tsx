"use client";
/** Both versions of what was changed in two places, side by side, to choose from. */
import type { Task } from "@/shared/api/types";
import { useI18n, type MessageKey } from "@/shared/i18n";
import { formatDate, formatInstant } from "@/shared/lib/dates";
import { Button } from "@/shared/ui/button";
import { Dialog, DialogBody, DialogFooter } from "@/shared/ui/dialog";
import { cachedTask, mergeTask } from "../cache";
import { resolveConflict, type Change } from "../outbox";
import { queryClient } from "@/shared/api/query-client";
import { useZone } from "../zone";
import { PRIORITY_LABEL } from "./marks";

const FIELDS: [keyof Task, MessageKey][] = [["title", "field.title"], ["notes", "field.notes"], ["priority", "field.priority"], ["tags", "field.tags"], ["due_on", "field.due"], ["due_at", "field.due"]];

export default function ConflictDialog({ change, onClose }: { change: Change; onClose: () => void }) {
  const { t, locale } = useI18n();
  const zone = useZone();
  const theirs = change.current!;
  const mine = { ...(cachedTask(queryClient, change.taskId) ?? theirs), ...change.patch };
  const fields = FIELDS.filter(([field]) => field in change.patch && JSON.stringify(mine[field]) !== JSON.stringify(theirs[field]));
  const settle = (keep: "mine" | "theirs") => {
    mergeTask(queryClient, theirs);
    resolveConflict(change.id, keep);
  };
  const show = (task: Task, field: keyof Task) => {
    const value = task[field];
    if (field === "priority") return t(PRIORITY_LABEL[task.priority]);
    if (field === "due_on" && task.due_on) return formatDate(task.due_on, locale, { dateStyle: "full" });
    if (field === "due_at" && task.due_at) return formatInstant(task.due_at, locale, zone, { dateStyle: "full", timeStyle: "short" });
    return Array.isArray(value) ? value.join(", ") : value ? String(value) : t("value.empty");
  };
  return (
    <Dialog title={t("conflict.title")} description={t("conflict.text", { title: theirs.title })} onClose={onClose} className="max-w-2xl">
      <DialogBody>
        <div className="grid gap-3 sm:grid-cols-2">
          {([["conflict.mine", mine], ["conflict.theirs", theirs]] as const).map(([label, task]) => (
            <section key={label} aria-label={t(label)} className="rounded-lg border border-line p-3">
              <h3 className="mb-2 text-xs font-medium text-faint">{t(label)}</h3>
              <dl className="flex flex-col gap-2">
                {fields.map(([field, name]) => (
                  <div key={field}>
                    <dt className="text-xs text-faint">{t(name)}</dt>
                    <dd className="max-h-48 overflow-y-auto break-words whitespace-pre-wrap">{show(task, field)}</dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
        </div>
      </DialogBody>
      <DialogFooter>
        <Button onClick={() => settle("theirs")}>{t("conflict.keepTheirs")}</Button>
        <Button variant="primary" onClick={() => settle("mine")}>{t("conflict.keepMine")}</Button>
      </DialogFooter>
    </Dialog>
  );
}
