"use client";
import { Check, CircleSlash, Undo2, X } from "lucide-react";
import { useI18n } from "@/shared/i18n";
import { cx } from "@/shared/lib/cx";
import { showTask } from "@/shared/lib/location";
import { instantOf } from "@/shared/lib/dates";
import { useNow } from "@/shared/lib/now";
import { Button } from "@/shared/ui/button";
import { dueLabel, dueTone } from "@/features/tasks/due";
import { PriorityIcon } from "@/features/tasks/components/marks";
import { useZone } from "@/features/tasks/zone";
import type { Done, FoundTask, Part, PendingAction, Turn } from "./chat-events";
import type { Decision } from "./use-chat";

export interface TurnProps {
  turn: Turn;
  /** The answer is still coming. */
  busy: boolean;
  /** It is the newest turn: only its choices can be picked. */
  newest: boolean;
  onSettle: (action: PendingAction, decision: Decision | "undo") => void;
  onUndo: (done: Done) => void;
  onSay: (message: string) => void;
}

/** Text of a model is shown as plain text: no links, no images, nothing that could call out. */
export function ChatTurn({ turn, busy, newest, onSettle, onUndo, onSay }: TurnProps) {
  const { t } = useI18n();
  const mine = turn.role === "user";
  return (
    <article aria-label={t(mine ? "chat.you" : "chat.assistant")} className={cx("flex max-w-full flex-col gap-2", mine ? "items-end" : "items-start")}>
      {turn.parts.map((part, at) => <PartOf key={at} part={part} mine={mine} newest={newest && !busy} onSettle={onSettle} onUndo={onUndo} onSay={onSay} />)}
      {busy && !turn.parts.length && <span aria-hidden className="inline-flex gap-1 py-2">{[0, 1, 2].map((dot) => <i key={dot} className="skeleton size-1.5 rounded-full" style={{ animationDelay: `${dot * 150}ms` }} />)}</span>}
      {turn.stopped && <p className="flex items-center gap-1.5 text-[0.8125rem] text-muted"><CircleSlash aria-hidden size={14} />{t("chat.stopped")}</p>}
      {turn.error && <p className="rounded-lg bg-danger-soft px-3 py-2 text-[0.8125rem] text-danger">{turn.error}</p>}
    </article>
  );
}

function PartOf({ part, mine, newest, onSettle, onUndo, onSay }: { part: Part; mine: boolean } & Omit<TurnProps, "turn" | "busy">) {
  const { t } = useI18n();
  if (part.kind === "text") return <div className={cx("max-w-full break-words whitespace-pre-wrap", mine && "rounded-2xl rounded-br-md bg-active px-3.5 py-2")}>{part.text}</div>;
  if (part.kind === "action") return <Pending action={part.action} onSettle={onSettle} />;
  if (part.kind === "choices") {
    return (
      <div role="group" aria-label={t("chat.choices")} className="flex w-full flex-col gap-1.5">
        {part.choices.map((choice) => (
          <Button key={choice.number} size="sm" disabled={!newest} onClick={() => onSay(String(choice.number))} className="h-auto! justify-start! py-1.5 text-left font-normal! whitespace-normal!">
            <span className="mr-2 text-faint tabular-nums">{choice.number}</span><span className="min-w-0 break-words">{choice.label}</span>
          </Button>
        ))}
      </div>
    );
  }
  return (
    <div className="w-full">
      <ul className="divide-y divide-line rounded-xl border border-line">{part.tasks.map((task) => <TaskCard key={task.id} task={task} />)}</ul>
      {part.done && (
        <div className="mt-1.5">
          {part.done.state === "done" || part.done.state === "busy"
            ? <Button size="sm" icon={Undo2} disabled={part.done.state === "busy"} onClick={() => onUndo(part.done!)}>{t("action.undo")}</Button>
            : <p className="flex items-center gap-1.5 text-[0.8125rem] text-muted"><Undo2 aria-hidden size={14} />{t(part.done.state === "undone" ? "chat.action.undone" : "chat.action.failed")}</p>}
        </div>
      )}
    </div>
  );
}

function TaskCard({ task }: { task: FoundTask }) {
  const { t, locale } = useI18n();
  const zone = useZone();
  const now = useNow();
  const gone = task.status === "deleted";
  // Due times come as the person's wall time.
  const dated = task.due.includes("T") ? { due_on: null, due_at: instantOf(task.due, zone).toISOString() } : { due_on: task.due, due_at: null };
  return (
    <li>
      <button type="button" disabled={gone} onClick={() => showTask(task.id)} className="flex min-h-10 w-full items-center gap-2.5 px-3 py-1.5 text-left enabled:hover:bg-hover">
        {task.priority !== "none" && <PriorityIcon priority={task.priority} size={14} />}
        <span className={cx("min-w-0 flex-1 break-words", (gone || task.status === "completed") && "text-faint line-through")}>{task.title}</span>
        {task.status === "completed" && <Check role="img" aria-label={t("status.completed")} size={14} className="text-ok" />}
        {task.due && <span className={cx("shrink-0 text-xs", task.status === "open" && dueTone(dated, zone, now) === "overdue" ? "text-danger" : "text-muted")}>{dueLabel(dated, zone, now, t, locale)}</span>}
      </button>
    </li>
  );
}

function Pending({ action, onSettle }: { action: PendingAction; onSettle: TurnProps["onSettle"] }) {
  const { t } = useI18n();
  const waits = action.state === "open" || action.state === "busy";
  return (
    <section aria-label={t("chat.pending")} className="w-full rounded-xl border border-line-strong bg-surface p-3">
      <p className="font-medium">{action.summary || t("chat.pending")}</p>
      <ul className="my-2 max-h-48 list-disc overflow-y-auto pl-5 text-[0.8125rem] text-muted">{action.titles.map((title, at) => <li key={at} className="break-words">{title}</li>)}</ul>
      {waits ? (
        <div className="flex gap-2">
          <Button size="sm" variant="primary" icon={Check} disabled={action.state === "busy"} onClick={() => onSettle(action, "confirm")}>{t("chat.confirm")}</Button>
          <Button size="sm" icon={X} disabled={action.state === "busy"} onClick={() => onSettle(action, "cancel")}>{t("action.cancel")}</Button>
        </div>
      ) : (
        <div className="flex items-center justify-between gap-2">
          <p className="flex items-center gap-1.5 text-[0.8125rem] text-muted">{action.state === "confirmed" ? <Check aria-hidden size={14} /> : <Undo2 aria-hidden size={14} />}{t(`chat.action.${action.state as "confirmed" | "cancelled" | "failed" | "undone"}`)}</p>
          {action.state === "confirmed" && <Button size="sm" icon={Undo2} onClick={() => onSettle(action, "undo")}>{t("action.undo")}</Button>}
        </div>
      )}
    </section>
  );
}
