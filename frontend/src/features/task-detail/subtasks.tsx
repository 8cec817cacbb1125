"use client";
import { Plus } from "lucide-react";
import { useState } from "react";
import type { Task } from "@/shared/api/types";
import { useI18n } from "@/shared/i18n";
import { cx } from "@/shared/lib/cx";
import { showTask } from "@/shared/lib/location";
import { createTasks, toggleTasks } from "@/features/tasks/actions";
import { DueMark, Tick } from "@/features/tasks/components/marks";
import { useSubtasks } from "@/features/tasks/queries";

/** The steps of a task, each a task itself. */
export function Subtasks({ task }: { task: Task }) {
  const { t } = useI18n();
  const subtasks = useSubtasks(task.id);
  const [text, setText] = useState("");
  const done = subtasks.filter((each) => each.status === "completed").length;
  const add = (lines: string) => {
    const titles = lines.split("\n").map((line) => line.trim()).filter(Boolean);
    if (titles.length) createTasks(titles.map((title) => ({ title, parent_id: task.id })), { quiet: true });
    setText("");
  };
  return (
    <section aria-label={t("task.subtasks")} className="mt-5">
      <div className="flex items-center gap-2">
        <h2 className="text-[0.8125rem] font-semibold">{t("task.subtasks")}</h2>
        {subtasks.length > 0 && (
          <>
            <span className="text-xs text-faint tabular-nums">{done}/{subtasks.length}</span>
            <span aria-hidden className="h-1 w-16 overflow-hidden rounded-full bg-active"><i className="block h-full bg-accent transition-[width]" style={{ width: `${(done / subtasks.length) * 100}%` }} /></span>
          </>
        )}
      </div>
      <ul className="-mx-1 mt-1">
        {subtasks.map((each) => (
          <li key={each.id} className="flex min-h-9 items-center gap-3 rounded-md px-1 hover:bg-hover">
            <Tick task={each} onToggle={() => toggleTasks([each])} />
            <button type="button" onClick={() => showTask(each.id)} className={cx("min-w-0 flex-1 truncate text-left", each.status === "completed" && "text-faint line-through")}>{each.title}</button>
            <span className="text-xs"><DueMark task={each} icon={false} /></span>
          </li>
        ))}
      </ul>
      <div className="-mx-1 flex h-9 items-center gap-3 px-1">
        <Plus aria-hidden size={17} className="text-faint" />
        <input
          aria-label={t("task.addSubtask")}
          placeholder={t("task.addSubtask")}
          value={text}
          maxLength={500}
          onChange={(event) => setText(event.target.value)}
          onPaste={(event) => {
            const pasted = event.clipboardData.getData("text");
            if (pasted.includes("\n")) { event.preventDefault(); add(text + pasted); }
          }}
          onKeyDown={(event) => { if (event.key === "Enter" && !event.nativeEvent.isComposing) { event.preventDefault(); add(text); } }}
          onBlur={() => add(text)}
          className="min-w-0 flex-1 rounded bg-transparent py-1 outline-offset-4"
        />
      </div>
    </section>
  );
}
