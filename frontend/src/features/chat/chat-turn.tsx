"use client";
import { Check, Undo2, Wrench, X } from "lucide-react";
import { useI18n } from "@/shared/i18n";
import { cx } from "@/shared/lib/cx";
import { showTask } from "@/shared/lib/location";
import { Button } from "@/shared/ui/button";
import { currentTask, toggleTasks } from "@/features/tasks/actions";
import { DueMark, Tick } from "@/features/tasks/components/marks";
import type { PendingAction, Turn } from "./use-chat";

/** Text of a model is shown as plain text: no links, no images, nothing that could call out. */
export function ChatTurn({ turn, busy, onSettle }: { turn: Turn; busy: boolean; onSettle: (action: PendingAction, decision: "confirm" | "cancel") => Promise<void> }) {
  const { t } = useI18n();
  const mine = turn.role === "user";
  return (
    <article aria-label={t(mine ? "chat.you" : "chat.assistant")} className={cx("flex max-w-full flex-col gap-2", mine ? "items-end" : "items-start")}>
      {turn.tools.length > 0 && <p className="flex items-center gap-1.5 text-xs text-faint"><Wrench aria-hidden size={12} /> {[...new Set(turn.tools)].join(", ")}</p>}
      {(turn.text || busy) && (
        <div className={cx("max-w-full break-words whitespace-pre-wrap", mine && "rounded-2xl rounded-br-md bg-active px-3.5 py-2")}>
          {turn.text}
          {busy && !turn.text && <span role="status" aria-label={t("chat.thinking")} className="inline-flex gap-1 py-2">{[0, 1, 2].map((dot) => <i key={dot} className="skeleton size-1.5 rounded-full" style={{ animationDelay: `${dot * 150}ms` }} />)}</span>}
        </div>
      )}
      {turn.tasks.length > 0 && (
        <ul className="w-full divide-y divide-line rounded-xl border border-line">
          {turn.tasks.slice(0, 20).map((found) => {
            const task = currentTask(found.id) ?? found;
            return (
              <li key={task.id} className="flex min-h-10 items-center gap-3 px-3">
                <Tick task={task} onToggle={() => toggleTasks([task])} />
                <button type="button" onClick={() => showTask(task.id)} className={cx("min-w-0 flex-1 truncate text-left", task.status === "completed" && "text-faint line-through")}>{task.title}</button>
                <span className="text-xs"><DueMark task={task} icon={false} /></span>
              </li>
            );
          })}
        </ul>
      )}
      {turn.actions.map((action) => <Pending key={action.id} action={action} onSettle={onSettle} />)}
      {turn.error && <p role="alert" className="rounded-lg bg-danger-soft px-3 py-2 text-[0.8125rem] text-danger">{turn.error}</p>}
    </article>
  );
}

function Pending({ action, onSettle }: { action: PendingAction; onSettle: (action: PendingAction, decision: "confirm" | "cancel") => Promise<void> }) {
  const { t } = useI18n();
  return (
    <section aria-label={t("chat.pending")} className="w-full rounded-xl border border-line-strong bg-surface p-3">
      <p className="font-medium">{action.summary || t("chat.pending")}</p>
      <ul className="my-2 max-h-48 list-disc overflow-y-auto pl-5 text-[0.8125rem] text-muted">{action.titles.map((title, at) => <li key={at} className="break-words">{title}</li>)}</ul>
      {action.state === "open" ? (
        <div className="flex gap-2">
          <Button size="sm" variant="primary" icon={Check} onClick={() => void onSettle(action, "confirm")}>{t("chat.confirm")}</Button>
          <Button size="sm" icon={X} onClick={() => void onSettle(action, "cancel")}>{t("action.cancel")}</Button>
        </div>
      ) : (
        <p className="flex items-center gap-1.5 text-[0.8125rem] text-muted">{action.state === "confirmed" ? <Check aria-hidden size={14} /> : <Undo2 aria-hidden size={14} />}{t(`chat.action.${action.state}`)}</p>
      )}
    </section>
  );
}
