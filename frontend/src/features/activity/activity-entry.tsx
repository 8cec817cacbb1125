"use client";
import { ArrowRight, Bell, Bot, CircleCheck, Code, MessageSquareText, Pencil, Plus, RotateCcw, Trash2, Undo2, type LucideIcon } from "lucide-react";
import { tasks as api } from "@/shared/api/endpoints";
import type { AuditEntry } from "@/shared/api/types";
import { useI18n } from "@/shared/i18n";
import { formatInstant } from "@/shared/lib/dates";
import { showTask } from "@/shared/lib/location";
import { IconButton } from "@/shared/ui/button";
import { notify } from "@/shared/ui/toast";
import { currentTask } from "@/features/tasks/actions";
import { useZone } from "@/features/tasks/zone";
import { actionText, changeTexts, shortType } from "./describe";
import { undoOf } from "./undo-entry";

const ICONS: [RegExp, LucideIcon][] = [[/completed/, CircleCheck], [/created/, Plus], [/deleted|purged|removed/, Trash2], [/restored|reopened/, RotateCcw], [/notification|reminder/, Bell]];
const ORIGINS: Partial<Record<AuditEntry["actor"]["origin"], LucideIcon>> = { api: Code, mcp: Bot, chat: MessageSquareText, system: Bot };

export function ActivityEntry({ entry, inTask }: { entry: AuditEntry; inTask?: boolean }) {
  const { t, locale } = useI18n();
  const zone = useZone();
  const Icon = ICONS.find(([pattern]) => pattern.test(shortType(entry.type)))?.[1] ?? Pencil;
  const OriginIcon = ORIGINS[entry.actor.origin];
  // A new task has no before: its title says it all.
  const changes = shortType(entry.type).endsWith(".created") ? [] : changeTexts(entry, t, locale, zone);
  const undo = undoOf(entry);
  async function takeBack() {
    try {
      undo!(currentTask(entry.task_id!) ?? (await api.get(entry.task_id!)));
    } catch {
      notify.error(t("error.taskGone"));
    }
  }
  return (
    <li className="group flex items-start gap-3 rounded-lg px-3 py-2 hover:bg-hover">
      <span className="mt-0.5 grid size-5 shrink-0 place-items-center text-faint"><Icon aria-hidden size={15} /></span>
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-baseline gap-x-1.5">
          <span className="text-muted">{actionText(entry, t)}</span>
          {!inTask && entry.title && (entry.task_id
            ? <button type="button" onClick={() => showTask(entry.task_id)} className="max-w-full truncate text-left font-medium hover:underline">{entry.title}</button>
            : <span className="font-medium">{entry.title}</span>)}
        </p>
        {changes.length > 0 && (
          <ul className="mt-0.5 text-[0.8125rem] text-muted">
            {changes.map((change) => (
              <li key={change.field} className="flex flex-wrap items-center gap-x-1.5">
                <span className="text-faint">{change.field}:</span> <del className="break-words text-faint">{change.before}</del> <ArrowRight aria-label={t("activity.to")} size={12} className="text-faint" /> <ins className="break-words text-fg no-underline">{change.after}</ins>
              </li>
            ))}
          </ul>
        )}
        <p className="mt-0.5 flex items-center gap-1.5 text-xs text-faint">
          <time dateTime={entry.occurred_at}>{formatInstant(entry.occurred_at, locale, zone, inTask ? undefined : { timeStyle: "short" })}</time>
          {OriginIcon && <><span aria-hidden>·</span><OriginIcon aria-hidden size={12} /> {t(`origin.${entry.actor.origin}`)}</>}
        </p>
      </div>
      {undo && <IconButton icon={Undo2} size={15} label={t("activity.undo", { what: `${actionText(entry, t)} ${entry.title}` })} onClick={() => void takeBack()} className="opacity-0 group-hover:opacity-100 focus-visible:opacity-100 coarse:opacity-100" />}
    </li>
  );
}
