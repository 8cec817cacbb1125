"use client";
/** What is in the file, before anything is made of it. */
import { CornerDownRight, Repeat2 } from "lucide-react";
import { useState } from "react";
import { useI18n, type MessageKey } from "@/shared/i18n";
import { formatDate, formatInstant } from "@/shared/lib/dates";
import { Button } from "@/shared/ui/button";
import { PriorityIcon, PRIORITY_LABEL } from "@/features/tasks/components/marks";
import { useOpenTasks } from "@/features/tasks/queries";
import { useZone } from "@/features/tasks/zone";
import type { Found, ImportedTask } from "./imported";

const SHOWN = 8;
const sameTask = (task: { title: string; due_on?: string | null; due_at?: string | null }) => `${task.title}\n${task.due_on ?? (task.due_at ? Date.parse(task.due_at) : "")}`;

/** Without the tasks at `left`: a child of one that is left out stands on the top level. */
function without(tasks: ImportedTask[], left: ReadonlySet<number>): ImportedTask[] {
  const places = new Map<number, number>();
  const kept = tasks.filter((_, at) => !left.has(at) && places.set(at, places.size));
  return kept.map((task) => ({ ...task, parent: task.parent === null ? null : (places.get(task.parent) ?? null) }));
}

interface Props { found: Found; onCancel: () => void; onImport: (tasks: ImportedTask[]) => void }

export function ImportPreview({ found, onCancel, onImport }: Props) {
  const { t } = useI18n();
  const here = new Set(useOpenTasks().tasks.map(sameTask));
  const known = new Set(found.tasks.flatMap((task, at) => (!task.completed && here.has(sameTask(task)) ? [at] : [])));
  const [leaveKnown, setLeaveKnown] = useState(true);
  const tasks = leaveKnown && known.size ? without(found.tasks, known) : found.tasks;
  const notes: [MessageKey, number][] = [
    ["data.note.untitled", found.untitled],
    ["data.note.flattened", found.flattened],
    ["data.note.completed", found.tasks.filter((task) => task.completed).length],
    ["data.note.repeat", found.tasks.filter((task) => task.repeat).length],
    ["data.note.words", found.tasks.filter((task) => task.words).length],
  ];
  return (
    <div className="animate-fade rounded-xl border border-line bg-raised">
      <div className="px-4 pt-4 pb-3">
        <h3 className="font-medium">{t("data.found", { count: found.tasks.length, source: t(`data.source.${found.source}`) })}</h3>
        <ul className="mt-1 text-[0.8125rem] text-muted">{notes.map(([key, count]) => count > 0 && <li key={key}>{t(key, { count })}</li>)}</ul>
      </div>
      <ul aria-label={t("data.preview")} className="divide-y divide-line border-y border-line text-[0.8125rem]">
        {found.tasks.slice(0, SHOWN).map((task, at) => <PreviewRow key={at} task={task} />)}
        {found.tasks.length > SHOWN && <li className="px-4 py-2 text-faint">{t("data.andMore", { count: found.tasks.length - SHOWN })}</li>}
      </ul>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-3 px-4 py-3">
        {known.size > 0 && <label className="flex min-h-8 items-center gap-2.5 text-[0.8125rem]"><input type="checkbox" checked={leaveKnown} onChange={(event) => setLeaveKnown(event.target.checked)} className="size-4.5 accent-[var(--accent)]" />{t("data.leaveKnown", { count: known.size })}</label>}
        <div className="ml-auto flex gap-2">
          <Button onClick={onCancel}>{t("action.cancel")}</Button>
          <Button variant="primary" disabled={!tasks.length} onClick={() => onImport(tasks)}>{t("data.importAction", { count: tasks.length })}</Button>
        </div>
      </div>
    </div>
  );
}

function PreviewRow({ task }: { task: ImportedTask }) {
  const { t, locale } = useI18n();
  const zone = useZone();
  const due = task.due_on ? formatDate(task.due_on, locale, { dateStyle: "medium" }) : task.due_at ? formatInstant(task.due_at, locale, zone) : task.words;
  return (
    <li className="flex min-h-9 items-center gap-2.5 px-4">
      {task.parent !== null && <CornerDownRight aria-hidden size={14} className="shrink-0 text-faint" />}
      {task.priority !== "none" && <><PriorityIcon priority={task.priority ?? "none"} /><span className="sr-only">{t(PRIORITY_LABEL[task.priority ?? "none"])}</span></>}
      <span className={task.completed ? "min-w-0 flex-1 truncate text-faint line-through" : "min-w-0 flex-1 truncate"}>{task.title}</span>
      {task.tags && <span className="max-w-40 truncate text-faint max-sm:hidden">{task.tags.map((tag) => `#${tag}`).join(" ")}</span>}
      {task.repeat && <Repeat2 role="img" aria-label={t("task.repeats")} size={14} className="shrink-0 text-faint" />}
      {due && <span className="max-w-40 shrink-0 truncate text-muted tabular-nums">{due}</span>}
    </li>
  );
}
