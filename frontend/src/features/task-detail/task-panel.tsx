"use client";
/** Everything about one task, beside the list (over it on phones). Edits are saved as they are made. */
import { Copy, Ellipsis, Link2, RotateCcw, Trash2, X } from "lucide-react";
import { useDeferredValue, useEffect, useRef } from "react";
import type { Task } from "@/shared/api/types";
import { ApiError } from "@/shared/api/errors";
import { useI18n } from "@/shared/i18n";
import { formatInstant } from "@/shared/lib/dates";
import { showTask } from "@/shared/lib/location";
import { IconButton } from "@/shared/ui/button";
import { Menu, MenuItem, MenuLine } from "@/shared/ui/menu";
import { notify } from "@/shared/ui/toast";
import { createTasks, deleteTasks, restoreTasks, toggleTasks } from "@/features/tasks/actions";
import { Tick } from "@/features/tasks/components/marks";
import { navigation } from "@/features/tasks/navigation";
import { useTask } from "@/features/tasks/queries";
import { useZone } from "@/features/tasks/zone";
import { go } from "@/features/shell/command-context";
import { TaskCommands } from "@/features/shell/task-commands";
import { ActivityOfTask } from "./activity-of-task";
import { NotesField } from "./notes-field";
import { Properties } from "./properties";
import { Subtasks } from "./subtasks";
import { TitleField } from "./title-field";

export default function TaskPanel({ taskId }: { taskId: string }) {
  const { t } = useI18n();
  const { task, error } = useTask(taskId);
  const panel = useRef<HTMLElement>(null);
  const close = () => {
    showTask(null);
    navigation.set((state) => ({ ...state, request: state.request + 1 }));
  };
  const gone = (error instanceof ApiError && error.status === 404) || task?.deleted_at === "purged";
  useEffect(() => {
    if (gone) {
      notify.info(t("error.taskGone"));
      showTask(null, "replace");
    }
  }, [gone, t]);

  return (
    <aside
      ref={panel}
      data-task-panel
      aria-label={t("task.details")}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || event.defaultPrevented) return;
        // The first Esc leaves the field, the second the panel.
        const field = event.target instanceof HTMLElement && event.target.matches("input, textarea");
        event.preventDefault();
        if (field) panel.current?.focus();
        else close();
      }}
      tabIndex={-1}
      className="no-print z-10 flex w-full shrink-0 animate-slide flex-col overflow-hidden bg-bg outline-none max-md:fixed max-md:inset-0 max-md:z-30 md:w-[26rem] md:border-l md:border-line lg:w-[28rem]"
    >
      {task ? <Content task={task} onClose={close} /> : <Loading onClose={close} />}
    </aside>
  );
}

function Loading({ onClose }: { onClose: () => void }) {
  const { t } = useI18n();
  return (
    <div role="status" aria-label={t("list.loading")} className="p-5">
      <div className="flex justify-end"><IconButton icon={X} label={t("action.close")} onClick={onClose} /></div>
      <div className="skeleton mt-4 h-6 w-2/3" />
      <div className="skeleton mt-6 h-4 w-full" />
      <div className="skeleton mt-3 h-4 w-4/5" />
    </div>
  );
}

function Content({ task, onClose }: { task: Task; onClose: () => void }) {
  const { t, locale } = useI18n();
  const zone = useZone();
  const trashed = task.deleted_at !== null;
  // Title and notes are there with the first frame; the many controls under them follow in the next.
  const complete = useDeferredValue(true, false);
  return (
    <>
      <div className="flex h-14 shrink-0 items-center gap-1 pr-4 pl-5 max-md:pt-[env(safe-area-inset-top)]">
        <span className="text-xs text-faint">{trashed ? t("task.inTrash") : task.status === "completed" && task.completed_at ? t("task.completedOn", { date: formatInstant(task.completed_at, locale, zone) }) : t("task.details")}</span>
        <div className="ml-auto flex items-center gap-0.5">
          <IconButton icon={Link2} label={t("task.copyLink")} onClick={() => { void navigator.clipboard.writeText(`${location.origin}/inbox/?task=${task.id}`); notify.success(t("task.linkCopied")); }} />
          <Menu label={t("action.more")} trigger={<IconButton icon={Ellipsis} label={t("action.more")} />}>
            <MenuItem icon={Copy} onSelect={() => createTasks([{ title: task.title, notes: task.notes, priority: task.priority, tags: task.tags, due_on: task.due_on, ...(task.due_at && { due_at: task.due_at, due_tz: task.due_tz }), parent_id: task.parent_id }])}>{t("task.duplicate")}</MenuItem>
            <MenuLine />
            {trashed
              ? <MenuItem icon={RotateCcw} onSelect={() => restoreTasks([task])}>{t("task.restore")}</MenuItem>
              : <><TaskCommands context={{ tasks: [task], go }} without={["task.open", "task.delete"]} /><MenuLine /><MenuItem icon={Trash2} danger onSelect={() => { deleteTasks([task]); onClose(); }}>{t("command.delete")}</MenuItem></>}
          </Menu>
          <IconButton icon={X} label={t("action.close")} hint="Esc" onClick={onClose} />
        </div>
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto px-5 pb-10">
        <div className="flex items-start gap-3">
          <div className="pt-[0.4375rem]"><Tick task={task} onToggle={() => toggleTasks([task])} /></div>
          <TitleField task={task} />
        </div>
        <NotesField task={task} />
        {complete && (
          <>
            <Properties task={task} />
            <Subtasks task={task} />
            <ActivityOfTask taskId={task.id} />
            <p className="mt-6 text-xs text-faint">{t("task.createdOn", { date: formatInstant(task.created_at, locale, zone) })}</p>
          </>
        )}
      </div>
    </>
  );
}
