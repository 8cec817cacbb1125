/** One task in a list. Reads only its own part of the stores, so that other rows' changes leave it alone. */
import { GripVertical } from "lucide-react";
import { memo, useEffect, useMemo, useRef, type MouseEvent, type PointerEvent } from "react";
import type { TagColor, Task } from "@/shared/api/types";
import { useI18n } from "@/shared/i18n";
import { cx } from "@/shared/lib/cx";
import { openedTask, showTask } from "@/shared/lib/location";
import { useStore } from "@/shared/lib/store";
import { toggleTasks } from "../actions";
import { clearSelection, focusTask, navigation, selectRange, toggleSelected } from "../navigation";
import { resolveId } from "../outbox";
import { openRowMenu } from "../row-menu";
import { DueMark, PriorityIcon, PRIORITY_LABEL, SmallMarks, TagMark, Tick } from "./marks";

export interface RowProps {
  task: Task;
  colorOf: (tag: string) => TagColor;
  phone: boolean;
  hideDay?: boolean;
  parentTitle?: string;
  onDragStart?: (event: PointerEvent, id: string) => void;
}

export const ROW_HEIGHT = 40;
export const PHONE_ROW = { plain: 48, detailed: 64 };
export const hasDetails = (task: Task) => Boolean(task.due_on || task.due_at || task.tags.length || task.subtasks.total || task.recurring_task_id || task.reminders.length);

export const TaskRow = memo(function TaskRow({ task, colorOf, phone, hideDay, parentTitle, onDragStart }: RowProps) {
  const { t } = useI18n();
  const title = useRef<HTMLButtonElement>(null);
  // 0 without the focus, else the request that gave it: one look at the store for both.
  const request = useStore(navigation, (state) => (state.focusedId === task.id ? state.request + 1 : 0));
  const first = useStore(navigation, (state) => state.focusedId === null && state.ids[0] === task.id);
  const selected = useStore(navigation, (state) => state.selected.has(task.id));
  const opened = useStore(openedTask, (id) => resolveId(id) === task.id);
  const focused = request > 0;
  const tabIndex = focused || first ? 0 : -1;

  useEffect(() => {
    if (request > 1) title.current?.focus({ preventScroll: true });
  }, [request]);

  const open = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey) return toggleSelected(task.id);
    if (event.shiftKey) return selectRange(task.id);
    clearSelection();
    focusTask(task.id);
    showTask(task.id);
  };
  const done = task.status === "completed";
  // Drawn when the task changes, not when it is focused, selected or opened: selecting all draws every row on the screen.
  const tick = useMemo(() => <Tick task={task} tabIndex={tabIndex} onToggle={() => toggleTasks([task])} />, [task, tabIndex]);
  const priority = useMemo(() => task.priority !== "none" && <span title={t(PRIORITY_LABEL[task.priority])}><PriorityIcon priority={task.priority} size={14} /><span className="sr-only">{t(PRIORITY_LABEL[task.priority])}</span></span>, [task.priority, t]);
  const details = useMemo(() => <Details task={task} colorOf={colorOf} phone={phone} hideDay={hideDay} />, [task, colorOf, phone, hideDay]);

  return (
    <div
      data-task-row={task.id}
      onClick={open}
      onContextMenu={(event) => openRowMenu(event, task.id)}
      className={cx(
        "group relative flex h-full gap-3 rounded-lg pr-3 pl-3 transition-colors duration-75 sm:pl-6",
        phone ? "items-start py-3" : "items-center",
        selected ? "bg-accent-soft" : opened ? "bg-active" : "hover:bg-hover",
        focused && "has-[[data-title]:focus-visible]:outline-2 has-[[data-title]:focus-visible]:-outline-offset-2 has-[[data-title]:focus-visible]:outline-accent-text",
      )}
    >
      {onDragStart && !phone && (
        <span aria-hidden onPointerDown={(event) => onDragStart(event, task.id)} onClick={(event) => event.stopPropagation()} className="no-print absolute left-1 grid h-full w-4 cursor-grab touch-none place-items-center text-faint opacity-0 group-hover:opacity-100 active:cursor-grabbing">
          <GripVertical size={14} />
        </span>
      )}
      {tick}
      <div className={cx("flex min-w-0 flex-1", phone ? "-mt-px flex-col gap-1" : "items-center gap-3")}>
        <div className="flex min-w-0 flex-1 items-center gap-2">
          <button
            ref={title}
            data-title
            dir="auto"
            type="button"
            tabIndex={tabIndex}
            aria-current={opened || undefined}
            aria-keyshortcuts="Enter E X"
            onFocus={() => focusTask(task.id)}
            className={cx("min-w-0 truncate text-left outline-none transition-colors duration-200", done && "text-faint line-through", phone && "text-[0.9375rem]")}
          >
            {task.title}
            {selected && <span className="sr-only"> ({t("list.selected")})</span>}
          </button>
          {priority}
          {parentTitle && <span className="min-w-0 shrink truncate text-xs text-faint max-sm:hidden">‹ {parentTitle}</span>}
        </div>
        {details}
      </div>
    </div>
  );
});

function Details({ task, colorOf, phone, hideDay }: Pick<RowProps, "task" | "colorOf" | "phone" | "hideDay">) {
  const most = phone ? 2 : 3;
  const marks = (
    <>
      <SmallMarks task={task} />
      {task.tags.slice(0, most).map((tag) => <TagMark key={tag} name={tag} color={colorOf(tag)} />)}
      {task.tags.length > most && <span className="text-xs text-faint">+{task.tags.length - most}</span>}
    </>
  );
  if (!phone) return <div className="flex shrink-0 items-center gap-2.5 text-[0.8125rem]">{marks}<DueMark task={task} icon={false} hideDay={hideDay} /></div>;
  return hasDetails(task) && <div className="flex h-5 items-center gap-2.5 overflow-hidden text-xs"><DueMark task={task} hideDay={hideDay} />{marks}</div>;
}
