/** Which audit entries can be taken back, and how: by the action that reverses them. */
import type { AuditEntry, Task, TaskInput } from "@/shared/api/types";
import { changeTasks, deleteTasks, reopenTasks, completeTasks, restoreTasks } from "@/features/tasks/actions";
import { shortType } from "./describe";

const PLAIN = new Set(["title", "notes", "priority", "tags", "due_on", "due_at", "due_tz", "parent_id", "reminders"]);

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
    case "task.moved": {
      const before = inputBefore(entry);
      return before && ((task) => changeTasks([task], before));
    }
    default:
      return null;
  }
}

/** The fields as they were; null when none of them can be sent (a new place in a list). */
function inputBefore(entry: AuditEntry): TaskInput | null {
  const before = Object.entries(entry.changes).filter(([field]) => PLAIN.has(field)).map(([field, change]) => [field, field === "reminders" ? reminders(change.before) : change.before]);
  return before.length ? (Object.fromEntries(before) as TaskInput) : null;
}
const reminders = (of: unknown) => ((of ?? []) as Task["reminders"]).map(({ minutes_before, at }) => (at ? { at } : { minutes_before }));
