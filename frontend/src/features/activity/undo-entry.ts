/** Which audit entries can be taken back, and how: by the action that reverses them. */
import type { AuditEntry, Task, TaskInput } from "@/shared/api/types";
import { changeTasks, deleteTasks, reopenTasks, completeTasks, restoreTasks } from "@/features/tasks/actions";
import { shortType } from "./describe";

const PLAIN = new Set(["title", "notes", "priority", "tags", "due_on", "due_at", "due_tz"]);

export function undoOf(entry: AuditEntry): ((task: Task) => void) | null {
  if (!entry.task_id) return null;
  switch (shortType(entry.type)) {
    case "task.completed":
      return (task) => reopenTasks([task]);
    case "task.reopened":
      return (task) => completeTasks([task]);
    case "task.deleted":
      return (task) => restoreTasks([task]);
    case "task.restored":
    case "task.created":
      return (task) => deleteTasks([task]);
    case "task.updated":
    case "task.changed": {
      const before = Object.entries(entry.changes ?? {}).filter(([field]) => PLAIN.has(field));
      // Cut texts ("…" at the end) cannot be put back.
      if (!before.length || before.some(([, change]) => typeof change.before === "string" && change.before.endsWith("…"))) return null;
      return (task) => changeTasks([task], Object.fromEntries(before.map(([field, change]) => [field, change.before])) as TaskInput);
    }
    default:
      return null;
  }
}
