/**
 * What a person can do to tasks. Each action shows at once, goes through the outbox and can be undone.
 */
import { queryClient } from "@/shared/api/query-client";
import type { MoveInput, ParsedTask, Priority, RecurringInput, Reminder, Task, TaskInput } from "@/shared/api/types";
import { session } from "@/shared/api/session";
import { t } from "@/shared/i18n";
import { temporaryId } from "@/shared/lib/ids";
import { instantOf, today, wallTime } from "@/shared/lib/dates";
import { cachedTask, taskKeys } from "./cache";
import { markLeaving } from "./leaving";
import { outbox, resolveId, submit, type NewChange, type Typed } from "./outbox";
import { overlayAll, overlayOne } from "./overlay";
import { compareRank, rankBetween } from "./rank";
import { offerScope, withdrawOffer } from "./scope";
import { quietlyUndoable, undoable } from "./undo";

export const userZone = () => session.get().user?.time_zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The task as the screen shows it now. */
export const currentTask = (id: string) => overlayOne(cachedTask(queryClient, resolveId(id)), id, outbox.get().changes);
/** Those of the tasks that are known, in this order; one pass, however many there are. */
export function currentTasks(ids: readonly string[]): Task[] {
  if (ids.length < 5) return ids.map(currentTask).filter((task): task is Task => task !== undefined);
  const open = new Map(openTasks().map((task) => [task.id, task]));
  return ids.map((id) => open.get(resolveId(id)) ?? currentTask(id)).filter((task): task is Task => task !== undefined);
}
const openTasks = () => overlayAll(queryClient.getQueryData<Task[]>(taskKeys.open) ?? [], outbox.get().changes);

const say = (tasks: Task[], one: "did.completed" | "did.reopened" | "did.deleted" | "did.restored" | "did.changed" | "did.moved") =>
  t(one, { count: tasks.length, title: clip(tasks[0]?.title ?? "") });
const clip = (title: string) => (title.length > 40 ? `${title.slice(0, 39)}…` : title);
const stamp = () => new Date().toISOString();

export function completeTasks(tasks: Task[]): void {
  const open = tasks.filter((task) => task.status === "open");
  if (!open.length) return;
  markLeaving(open.map((task) => task.id));
  submit(open.map((task) => ({ taskId: task.id, action: "complete", patch: { status: "completed", completed_at: stamp() } })));
  undoable(say(open, "did.completed"), () => reopen(open));
}

function reopen(tasks: Task[]): void {
  submit(tasks.map((task) => ({ taskId: task.id, action: "reopen", patch: { ...(currentTask(task.id) ?? task), status: "open", completed_at: null } })));
}

export function reopenTasks(tasks: Task[]): void {
  const done = tasks.filter((task) => task.status === "completed");
  if (!done.length) return;
  reopen(done);
  undoable(say(done, "did.reopened"), () =>
    submit(done.map((task) => ({ taskId: task.id, action: "complete", patch: { status: "completed", completed_at: task.completed_at ?? stamp() } }))),
  );
}

export function toggleTasks(tasks: Task[]): void {
  if (tasks.some((task) => task.status === "open")) completeTasks(tasks);
  else reopenTasks(tasks);
}

export function deleteTasks(tasks: Task[]): void {
  if (!tasks.length) return;
  submit(tasks.map((task) => ({ taskId: task.id, action: "delete", patch: { deleted_at: stamp() } })));
  undoable(say(tasks, "did.deleted"), () => restore(tasks));
}

function restore(tasks: Task[]): void {
  submit(tasks.map((task) => ({ taskId: task.id, action: "restore", patch: { ...(currentTask(task.id) ?? task), deleted_at: null } })));
}

export function restoreTasks(tasks: Task[]): void {
  restore(tasks);
  undoable(say(tasks, "did.restored"), () => submit(tasks.map((task) => ({ taskId: task.id, action: "delete", patch: { deleted_at: stamp() } }))));
}

/** For good: the one thing without undo; callers ask first. */
export function purgeTasks(tasks: Task[]): void {
  submit(tasks.map((task) => ({ taskId: task.id, action: "purge", patch: { deleted_at: "purged" } })));
}

export interface EditOptions { version?: number; quiet?: boolean; label?: string }

export function changeTasks(tasks: Task[], input: TaskInput, options: EditOptions = {}): void {
  if (!tasks.length) return;
  submit(tasks.map((task) => ({ taskId: task.id, action: "update", input, patch: shown(task, input), version: options.version })));
  if (tasks.length === 1) offerScope(tasks[0]!, input, userZone());
  const undo = () => {
    withdrawOffer();
    submit(tasks.map((task) => ({ taskId: task.id, action: "update", input: before(task, input), patch: shown(task, before(task, input)) })));
  };
  const label = options.label ?? say(tasks, "did.changed");
  if (options.quiet) quietlyUndoable(label, undo);
  else undoable(label, undo);
}

/** The members of `input` as they were. */
function before(task: Task, input: TaskInput): TaskInput {
  const old: TaskInput = {};
  if ("title" in input) old.title = task.title;
  if ("notes" in input) old.notes = task.notes;
  if ("priority" in input) old.priority = task.priority;
  if ("tags" in input) old.tags = task.tags;
  if ("parent_id" in input) old.parent_id = task.parent_id;
  if ("reminders" in input) old.reminders = task.reminders.map(({ minutes_before, at }) => (at ? { at } : { minutes_before }));
  if ("due_on" in input || "due_at" in input) Object.assign(old, dueInput(task));
  return old;
}

/** A due date as the API takes it; naming one kind clears the other. */
export function dueInput(due: { due_on: string | null; due_at: string | null; due_tz?: string | null }): TaskInput {
  if (due.due_on) return { due_on: due.due_on, due_at: null };
  return due.due_at ? { due_at: due.due_at, due_tz: due.due_tz ?? userZone(), due_on: null } : { due_on: null, due_at: null };
}

/** How the change will look before the server has answered. */
function shown(task: Task, input: TaskInput): Partial<Task> {
  const { due_on, due_at, due_tz, reminders, ...rest } = input;
  const patch: Partial<Task> = { ...rest } as Partial<Task>;
  // The server numbers a new reminder; until then it has none.
  if (reminders) patch.reminders = reminders.map((each) => ({ id: "", minutes_before: null, at: null, ...each }));
  if ("due_on" in input || "due_at" in input) {
    patch.due_on = due_on ?? null;
    patch.due_at = due_at ? instant(due_at, due_tz) : null;
    patch.due_local = due_at ? wallTime(patch.due_at!, due_tz ?? userZone()) : null;
    patch.due_tz = due_at ? (due_tz ?? userZone()) : null;
  }
  if ("title" in input && !input.title?.trim()) patch.title = task.title;
  return patch;
}

const instant = (at: string, zone?: string | null) => (/(Z|[+-]\d\d:?\d\d)$/.test(at) ? at : instantOf(at, zone ?? userZone()).toISOString());

export const setPriority = (tasks: Task[], priority: Priority) => changeTasks(tasks, { priority }, { quiet: true });
export const setDue = (tasks: Task[], due: TaskInput) => changeTasks(tasks, due);

export function setTags(tasks: Task[], edit: (tags: string[]) => string[]): void {
  for (const task of tasks) {
    const tags = edit(task.tags);
    if (tags.join("\n") !== task.tags.join("\n")) changeTasks([task], { tags }, { quiet: true });
  }
}

export interface NewTask extends TaskInput { title: string; rrule?: string | null; dtstart?: string | null; mode?: RecurringInput["mode"]; typed?: Typed }

/** The members that say something. */
export const bodyOf = (input: TaskInput) => Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined && value !== null && value !== "")) as TaskInput;

const blank = (): Omit<Task, "id" | "title" | "rank"> => ({
  notes: "", status: "open", priority: "none", tags: [], due_on: null, due_at: null, due_local: null, due_tz: null, parent_id: null,
  recurring_task_id: null, occurrence_key: null, reminders: [], subtasks: { total: 0, completed: 0 }, version: 0,
  created_at: stamp(), updated_at: stamp(), completed_at: null, deleted_at: null,
});

/** Make tasks; resolves to nothing because the provisional ones are there already. */
export function createTasks(inputs: NewTask[], options: { quiet?: boolean } = {}): string[] {
  let last = openTasks().reduce((highest, task) => (task.rank > highest ? task.rank : highest), "");
  const changes = inputs.map(({ rrule, dtstart, mode, typed, ...input }): NewChange => {
    last = rankBetween(last, "");
    const task = { ...blank(), rank: last, title: input.title, id: temporaryId() };
    const body = bodyOf(input);
    const patch = { ...task, ...shown(task, body) };
    return rrule
      ? { taskId: task.id, action: "create-series", series: seriesInput({ ...input, dtstart }, rrule, mode), patch: { ...patch, recurring_task_id: "pending" } }
      : { taskId: task.id, action: "create", input: body, patch, typed };
  });
  const made = submit(changes).map((change) => change.taskId);
  const undo = () => void submit(changes.map(({ action, typed }, index) => ({ taskId: made[index]!, action: action === "create" && !typed ? "delete" : "delete-series", patch: { deleted_at: stamp() } })));
  const label = t("did.created", { count: inputs.length, title: clip(inputs[0]?.title ?? "") });
  if (options.quiet) quietlyUndoable(label, undo);
  else undoable(label, undo);
  return made;
}

/** The series of a task that repeats: its first occurrence is the due date, or today. */
export function seriesInput(input: NewTask | ParsedTask, rrule: string, mode: RecurringInput["mode"] = "schedule"): RecurringInput & { dtstart: string; time_zone: string } {
  const zone = input.due_tz ?? userZone();
  const dtstart = input.dtstart ?? (input.due_at ? wallTime(instant(input.due_at, zone), zone) : (input.due_on ?? today(zone)));
  const reminders: Reminder[] | undefined = input.reminders?.length ? input.reminders : undefined;
  return { rrule, dtstart, time_zone: zone, mode, template: { title: input.title, notes: input.notes, priority: input.priority, tags: input.tags, reminders } };
}

/** Put a task between others. `siblings` is the list as shown, without the task itself. */
export function moveTask(task: Task, siblings: Task[], index: number): void {
  const previous = siblings[index - 1];
  const next = siblings[index];
  if (!previous && !next) return;
  const move: MoveInput = previous ? { after_id: previous.id } : { before_id: next!.id };
  const rank = rankBetween(previous?.rank ?? "", next?.rank ?? "");
  const old = openTasks().filter((each) => each.parent_id === task.parent_id).sort(compareRank);
  const from = old.findIndex((each) => each.id === task.id);
  const back: MoveInput = from > 0 ? { after_id: old[from - 1]!.id } : { before_id: old[1]?.id };
  submit([{ taskId: task.id, action: "move", move, patch: { rank } }]);
  quietlyUndoable(say([task], "did.moved"), () => submit([{ taskId: task.id, action: "move", move: back, patch: { rank: task.rank } }]));
}
