/**
 * A text being edited: shows the task's value until the person types, saves after a pause and when
 * the field is left, and expects the version the edit began with, so that nothing is overwritten unseen.
 */
import { useCallback, useEffect, useRef, useState } from "react";
import type { Task } from "@/shared/api/types";
import { isTemporary } from "@/shared/lib/ids";
import { changeTasks } from "@/features/tasks/actions";

const PAUSE_MS = 900;

export function useDraft(task: Task, field: "title" | "notes") {
  const [draft, setDraft] = useState<string | null>(null);
  const begun = useRef<number | undefined>(undefined);
  const latest = useRef({ task, draft });
  latest.current = { task, draft };
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  const save = useCallback(() => {
    clearTimeout(timer.current);
    const { task: current, draft: text } = latest.current;
    if (text === null) return;
    const value = field === "title" ? text.replace(/\s+/g, " ").trim() : text;
    if (value !== current[field] && !(field === "title" && !value)) {
      changeTasks([current], { [field]: value }, { version: isTemporary(current.id) ? undefined : begun.current, quiet: true });
    }
    latest.current = { task: current, draft: null };
    begun.current = undefined;
    setDraft(null);
  }, [field]);

  const edit = (text: string) => {
    begun.current ??= task.version;
    setDraft(text);
    clearTimeout(timer.current);
    timer.current = setTimeout(save, PAUSE_MS);
  };

  useEffect(() => {
    addEventListener("pagehide", save);
    return () => {
      removeEventListener("pagehide", save);
      save();
    };
  }, [save]);

  return { value: draft ?? task[field], edit, save };
}
