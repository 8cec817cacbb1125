/** The server's tasks with the waiting changes laid over them. Pure; unchanged tasks keep their identity. */
import type { Task } from "@/shared/api/types";
import { resolveId, type Change } from "./outbox";

export function overlay(tasks: readonly Task[], changes: readonly Change[]): Task[] {
  if (changes.length === 0) return tasks as Task[];
  const byTask = new Map<string, Change[]>();
  for (const change of changes) {
    const list = byTask.get(change.taskId);
    if (list) list.push(change);
    else byTask.set(change.taskId, [change]);
  }
  return tasks.map((task) => {
    const waiting = byTask.get(task.id);
    return waiting ? apply(task, waiting) : task;
  });
}

const apply = (task: Task, changes: readonly Change[]) => changes.reduce<Task>((state, change) => ({ ...state, ...change.patch, id: task.id }), task);

/** One task, or the task that is still on its way to the server. */
export function overlayOne(task: Task | undefined, id: string, changes: readonly Change[]): Task | undefined {
  const real = resolveId(id);
  const waiting = changes.filter((change) => change.taskId === real);
  const base = task ?? made(waiting);
  return base && waiting.length ? apply(base, waiting) : base;
}

const made = (changes: readonly Change[]) =>
  changes.find((change) => change.action === "create" || change.action === "create-series")?.patch as Task | undefined;

/** Every task of the overlay, with those that exist only here so far. */
export function overlayAll(tasks: readonly Task[], changes: readonly Change[]): Task[] {
  if (changes.length === 0) return tasks as Task[];
  const known = new Set(tasks.map((task) => task.id));
  const added: Task[] = [];
  for (const change of changes) {
    if (known.has(change.taskId)) continue;
    const creates = change.action === "create" || change.action === "create-series";
    // A task reopened or restored elsewhere comes back to the list with its whole last state in the patch.
    if (!creates && change.patch.title === undefined) continue;
    if (change.patch.created_at === undefined) continue;
    known.add(change.taskId);
    added.push({ ...(change.patch as Task), id: change.taskId });
  }
  return overlay([...added, ...tasks], changes);
}
