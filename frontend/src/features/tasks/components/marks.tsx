/** The small marks of a task: tick, priority, due date, tags. */
import { AlarmClock, CalendarDays, Check, ListTree, Repeat2 } from "lucide-react";
import type { Priority, TagColor, Task } from "@/shared/api/types";
import { useI18n, type MessageKey } from "@/shared/i18n";
import { cx } from "@/shared/lib/cx";
import { formatTime, wallTime } from "@/shared/lib/dates";
import { useNow } from "@/shared/lib/now";
import { dueLabel, dueTone, type DueTone } from "../due";
import { useZone } from "../zone";

const RING: Record<Priority, string> = {
  urgent: "border-danger text-danger bg-danger-soft",
  high: "border-warn text-warn bg-warn-soft",
  medium: "border-info text-info",
  low: "border-ring text-muted",
  none: "border-ring text-muted",
};

export function Tick({ task, onToggle, tabIndex }: { task: Pick<Task, "title" | "status" | "priority">; onToggle: () => void; tabIndex?: number }) {
  const { t } = useI18n();
  const done = task.status === "completed";
  return (
    <button
      type="button"
      role="checkbox"
      aria-checked={done}
      aria-label={t(done ? "task.reopenNamed" : "task.completeNamed", { title: task.title })}
      tabIndex={tabIndex}
      onClick={(event) => {
        event.stopPropagation();
        onToggle();
      }}
      className={cx(
        "hit group/tick grid size-4.5 shrink-0 place-items-center rounded-full border-[1.5px] transition-colors duration-100",
        done ? "border-accent bg-accent text-accent-fg" : cx(RING[task.priority], "hover:border-accent-text"),
      )}
    >
      <Check aria-hidden size={12} strokeWidth={3} className={done ? "animate-check" : "opacity-0 group-hover/tick:opacity-70"} />
    </button>
  );
}

export const PRIORITY_LABEL: Record<Priority, MessageKey> = {
  urgent: "priority.urgent", high: "priority.high", medium: "priority.medium", low: "priority.low", none: "priority.none",
};
export const PRIORITY_TEXT: Record<Priority, string> = { urgent: "text-danger", high: "text-warn", medium: "text-info", low: "text-muted", none: "text-faint" };

/** Bars that say the level by their number, not by colour alone. */
export function PriorityIcon({ priority, size = 15 }: { priority: Priority; size?: number }) {
  const level = { urgent: 4, high: 3, medium: 2, low: 1, none: 0 }[priority];
  return (
    <svg aria-hidden width={size} height={size} viewBox="0 0 16 16" className={cx("shrink-0", PRIORITY_TEXT[priority])} fill="currentColor">
      {priority === "urgent" ? (
        <path d="M4 1.5h8A2.5 2.5 0 0 1 14.500 4v8a2.500 2.500 0 0 1-2.500 2.500H4A2.500 2.500 0 0 1 1.500 12V4A2.500 2.500 0 0 1 4 1.500Zm3.100 2.700.25 4.900h1.300l.25-4.900H7.100ZM8 10.300a.95.95 0 1 0 0 1.900.95.95 0 0 0 0-1.900Z" fillRule="evenodd" />
      ) : (
        [0, 1, 2].map((bar) => <rect key={bar} x={2 + bar * 4.5} y={10 - bar * 4} width="3" height={4 + bar * 4} rx="1" opacity={bar < level ? 1 : 0.28} />)
      )}
    </svg>
  );
}

export function PriorityBadge({ priority }: { priority: Priority }) {
  const { t } = useI18n();
  return (
    <span className={cx("inline-flex items-center gap-1.5", PRIORITY_TEXT[priority])}>
      <PriorityIcon priority={priority} />
      {t(PRIORITY_LABEL[priority])}
    </span>
  );
}

const TONE: Record<DueTone, string> = { overdue: "text-danger", today: "text-ok", soon: "text-muted", later: "text-faint" };

export function DueMark({ task, icon = true, hideDay }: { task: Task; icon?: boolean; hideDay?: boolean }) {
  const { t, locale } = useI18n();
  const now = useNow();
  const zone = useZone();
  if (!task.due_on && !task.due_at) return null;
  if (hideDay && !task.due_at) return null;
  // What is done is not late any more.
  const tone = task.status === "completed" ? "later" : dueTone(task, zone, now);
  return (
    <span className={cx("inline-flex items-center gap-1 whitespace-nowrap tabular-nums", TONE[tone])}>
      {icon && <CalendarDays aria-hidden size={13} strokeWidth={1.9} />}
      {tone === "overdue" && <span className="sr-only">{t("task.overdue")}: </span>}
      {hideDay ? formatTime(wallTime(task.due_at!, zone), locale) : dueLabel(task, zone, now, t, locale)}
    </span>
  );
}

export const tagColor = (color: TagColor) => ({ "--tag": `var(--tag-${color})` }) as React.CSSProperties;

export function TagDot({ color, size = 8 }: { color: TagColor; size?: number }) {
  return <span aria-hidden className="inline-block shrink-0 rounded-full bg-[var(--tag)]" style={{ ...tagColor(color), width: size, height: size }} />;
}

export function TagMark({ name, color }: { name: string; color: TagColor }) {
  return (
    <span className="inline-flex h-5 max-w-36 items-center gap-1.5 rounded-full border border-line px-2 text-xs text-muted">
      <TagDot color={color} size={7} />
      <span className="truncate">{name}</span>
    </span>
  );
}

export function SmallMarks({ task }: { task: Task }) {
  const { t } = useI18n();
  return (
    <>
      {task.subtasks.total > 0 && (
        <span className="inline-flex items-center gap-1 text-xs text-faint tabular-nums" title={t("task.subtasks")}>
          <ListTree aria-hidden size={13} />
          {task.subtasks.completed}/{task.subtasks.total}
          <span className="sr-only">{t("task.subtasks")}</span>
        </span>
      )}
      {task.recurring_task_id && <span className="text-faint" title={t("task.repeats")}><Repeat2 aria-hidden size={14} /><span className="sr-only">{t("task.repeats")}</span></span>}
      {task.reminders.length > 0 && <span className="text-faint" title={t("task.hasReminder")}><AlarmClock aria-hidden size={13} /><span className="sr-only">{t("task.hasReminder")}</span></span>}
    </>
  );
}
