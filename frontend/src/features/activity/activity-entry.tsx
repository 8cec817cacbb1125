"use client";
import { ArrowRight, Bell, Bot, CircleCheck, Code, ListFilter, MessageSquareText, Pencil, Plus, Repeat2, RotateCcw, Tag, Trash2, Undo2, UserRound, type LucideIcon } from "lucide-react";
import { tasks as api } from "@/shared/api/endpoints";
import { queryClient } from "@/shared/api/query-client";
import type { AuditEntry } from "@/shared/api/types";
import { useI18n } from "@/shared/i18n";
import { formatInstant } from "@/shared/lib/dates";
import { showTask } from "@/shared/lib/location";
import { IconButton } from "@/shared/ui/button";
import { notify } from "@/shared/ui/toast";
import { currentTask } from "@/features/tasks/actions";
import { useZone } from "@/features/tasks/zone";
import { actionText, changeTexts, shortType, type ChangeText } from "./describe";
import { undoOf } from "./undo-entry";

const ICONS: [RegExp, LucideIcon][] = [[/^notification/, Bell], [/^recurring/, Repeat2], [/^tag/, Tag], [/^user/, UserRound], [/completed/, CircleCheck], [/created/, Plus], [/deleted|purged/, Trash2], [/restored|reopened/, RotateCcw]];
const ORIGINS: Partial<Record<AuditEntry["actor"]["origin"], LucideIcon>> = { api: Code, mcp: Bot, chat: MessageSquareText, system: Bot };
/** The type says it; a status beside it would say it again. */
const SAYS_ALL = /\.(created|registered|completed|reopened)$/;

/** The trail is written by a consumer: usually at once, sometimes a little later. */
const WRITTEN_AFTER_MS = [800, 3000, 8000];

interface Props {
  entry: AuditEntry;
  /** Within the task's own panel: the title is known. */
  inTask?: boolean;
  /** Narrow the list down to this entry's task. */
  onOnly?: (taskId: string) => void;
}

export function ActivityEntry({ entry, inTask, onOnly }: Props) {
  const { t, locale } = useI18n();
  const zone = useZone();
  const type = shortType(entry.type);
  const Icon = ICONS.find(([pattern]) => pattern.test(type))?.[1] ?? Pencil;
  const changes = SAYS_ALL.test(type) ? [] : changeTexts(entry, { t, locale, zone, titleOf: (id) => currentTask(id)?.title });
  const undo = undoOf(entry);
  async function takeBack() {
    try {
      undo!(currentTask(entry.task_id!) ?? (await api.get(entry.task_id!)));
      for (const wait of WRITTEN_AFTER_MS) setTimeout(() => void queryClient.invalidateQueries({ queryKey: ["audit"] }), wait);
    } catch {
      notify.error(t("error.taskGone"));
    }
  }
  return (
    <li className="group flex items-start gap-3 rounded-lg px-3 py-2 hover:bg-hover">
      <span className="mt-0.5 grid size-5 shrink-0 place-items-center text-faint"><Icon aria-hidden size={15} /></span>
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-baseline gap-x-1.5">
          <span className="text-muted max-sm:text-[0.8125rem]">{actionText(entry, t)}</span>
          {!inTask && entry.title && (entry.task_id
            ? <button type="button" onClick={() => showTask(entry.task_id)} className={`${TITLE} text-left hover:underline`}>{entry.title}</button>
            : <span className={TITLE}>{entry.title}</span>)}
          <When entry={entry} withDate={inTask} />
        </p>
        {changes.length > 0 && <ul className="mt-0.5 text-[0.8125rem] text-muted">{changes.map((change) => <Changed key={change.field} change={change} />)}</ul>}
      </div>
      <div className="-my-0.5 flex shrink-0 items-center">
        {onOnly && entry.task_id && <IconButton icon={ListFilter} size={15} label={`${t("activity.ofTaskShort")}: ${entry.title}`} onClick={() => onOnly(entry.task_id!)} className={APPEARS} />}
        {undo && <IconButton icon={Undo2} size={15} label={t("activity.undo", { what: `${actionText(entry, t)} ${entry.title}` })} onClick={() => void takeBack()} className={APPEARS} />}
      </div>
    </li>
  );
}
/** On a phone the title has its own line, above what happened to it and when. */
const TITLE = "max-w-full truncate font-medium max-sm:order-first max-sm:w-full";
const APPEARS = "opacity-0 group-hover:opacity-100 focus-visible:opacity-100 coarse:opacity-100";

function When({ entry, withDate }: { entry: AuditEntry; withDate?: boolean }) {
  const { t, locale } = useI18n();
  const zone = useZone();
  const { origin } = entry.actor;
  const OriginIcon = ORIGINS[origin];
  return (
    <span className="flex items-center gap-1.5 text-xs text-faint">
      <time dateTime={entry.occurred_at} className="tabular-nums">{formatInstant(entry.occurred_at, locale, zone, withDate ? undefined : { timeStyle: "short" })}</time>
      {OriginIcon && <><span aria-hidden>·</span><OriginIcon aria-hidden size={12} /><span className="sr-only">{t("activity.by", { origin: t(`origin.${origin}`) })}</span><span aria-hidden>{t(`origin.${origin}`)}</span></>}
    </span>
  );
}

function Changed({ change }: { change: ChangeText }) {
  const { t } = useI18n();
  return (
    <li className="flex flex-wrap items-center gap-x-1.5">
      <span className="text-faint">{change.field}:</span>
      <del className="max-w-full break-words text-faint">{change.before}</del>
      <ArrowRight role="img" aria-label={t("activity.to")} size={12} className="text-faint" />
      <ins className="max-w-full break-words text-fg no-underline">{change.after}</ins>
    </li>
  );
}
