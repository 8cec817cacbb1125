/**
 * After one occurrence of a recurring task was changed: the offer to change the following ones, or all of them, too.
 *
 * The change itself is made at once and for this occurrence only; nobody has to answer a question before the screen follows.
 */
import type { Schemas, Task, TaskInput } from "@/shared/api/types";
import { wallTime } from "@/shared/lib/dates";
import { createStore } from "@/shared/lib/store";
import { dueDay } from "./due";
import { submit } from "./outbox";

export type Scope = "following" | "all";
export type TemplateChange = Schemas["TemplateChange"];
export interface ScopeOffer {
  task: Task;
  template: TemplateChange;
  /** The new time of day; null for all-day, undefined when the time stayed. */
  time?: string | null;
}
export const scopeOffer = createStore<ScopeOffer | null>(null);
export const withdrawOffer = () => scopeOffer.set(null);

/** Called after each change of one task: what of it a whole series can take is offered. */
export function offerScope(task: Task, input: TaskInput, zone: string): void {
  const earlier = scopeOffer.get();
  const same = earlier?.task.id === task.id ? earlier : null;
  if (!task.recurring_task_id || task.recurring_task_id === "pending" || task.status !== "open") return withdrawOffer();
  const template = { ...same?.template, ...templateOf(input) };
  const changed = timeOf(task, input, zone);
  const time = changed === undefined ? same?.time : changed;
  if (Object.keys(template).length || time !== undefined) scopeOffer.set({ task: same?.task ?? task, template, ...(time !== undefined && { time }) });
}

function templateOf({ title, notes, priority, tags, reminders }: TaskInput): TemplateChange {
  return {
    ...(title?.trim() && { title: title.trim() }),
    ...(notes !== undefined && { notes }),
    ...(priority && { priority }),
    ...(tags && { tags }),
    // A reminder at a moment of its own belongs to one occurrence.
    ...(reminders && !reminders.some((reminder) => reminder.at) && { reminders }),
  };
}

/** Another day is a matter of the rule; another time of the same day can be taken over. */
function timeOf(task: Task, input: TaskInput, zone: string): string | null | undefined {
  const day = input.due_on ?? input.due_at?.slice(0, 10);
  if (!day || day !== dueDay(task, zone) || (task.due_tz && task.due_tz !== zone)) return undefined;
  const time = input.due_at ? input.due_at.slice(11, 16) : null;
  const before = task.due_at ? wallTime(task.due_at, zone).slice(11, 16) : null;
  return time === before ? undefined : time;
}

export function acceptOffer({ task, template, time }: ScopeOffer, scope: Scope): void {
  const series = { id: task.recurring_task_id!, scope, occurrence_key: task.occurrence_key, template, time };
  submit([{ taskId: task.id, action: "change-series", seriesChange: series, patch: {} }]);
  withdrawOffer();
}
