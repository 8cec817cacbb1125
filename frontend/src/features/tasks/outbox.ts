/**
 * The outbox: every change of a task waits here until the server has it.
 *
 * Screens show the server's state with the waiting changes laid over it (overlay.ts), so nothing has
 * to be rolled back: a change that fails simply leaves. Changes of one task go out one after another,
 * changes of different tasks side by side. The queue is kept in IndexedDB and survives a closed tab;
 * each change has an idempotency key, so sending it twice is harmless.
 */
import { ApiError, OfflineError } from "@/shared/api/errors";
import type { MoveInput, RecurringInput, Schemas, Task, TaskInput } from "@/shared/api/types";
import { isTemporary, randomId } from "@/shared/lib/ids";
import { createStore } from "@/shared/lib/store";

export type Action = "create" | "create-series" | "delete-series" | "change-series" | "update" | "complete" | "reopen" | "delete" | "restore" | "purge" | "move";

/** A task's text that nobody could read when it was typed: the server does when it is back, as of that moment. */
export interface Typed { text: string; takenBack: readonly string[]; time_zone: string; locale: string; typed_at: string; defaults: { tags?: string[]; due_on?: string } }

export interface Change {
  /** Also the idempotency key. */
  id: string;
  taskId: string;
  action: Action;
  input?: TaskInput;
  move?: MoveInput;
  series?: RecurringInput;
  /** Beside `input`, which is how it was read here. */
  typed?: Typed;
  /** For several occurrences at once; the time of day, where it changes, is laid on the day the scope begins with. */
  seriesChange?: { id: string; scope: "following" | "all"; occurrence_key: string | null; template: Schemas["TemplateChange"]; time?: string | null };
  /** Members of the task as they will look once the server has it. */
  patch: Partial<Task>;
  /** Sent as If-Match: the edit was made while looking at this version. */
  version?: number;
  state: "waiting" | "sending" | "conflict";
  /** On a conflict: what the server has instead. */
  current?: Task;
}
export type NewChange = Omit<Change, "id" | "state">;

export interface OutboxState { changes: Change[]; offline: boolean }
export const outbox = createStore<OutboxState>({ changes: [], offline: false });

export interface Transport {
  /** Resolves to the task's new state, or null where there is none (deleted, series created). */
  send(change: Change): Promise<Task | null>;
  succeeded(change: Change, task: Task | null): void;
  rejected(change: Change, error: ApiError): void;
  /** Called after each change of the queue, to keep it. */
  save(changes: Change[]): void;
}

const PARALLEL = 4;
const RETRY_MS = [1_000, 2_000, 5_000, 15_000, 30_000];
let transport: Transport | null = null;
let attempt = 0;
let timer: ReturnType<typeof setTimeout> | undefined;
/** Ids the server gave to tasks that were made here. */
const realIds = new Map<string, string>();

const localIds = new Map<string, string>();
/** By task: the versions that a change from here replaced. */
const replaced = new Map<string, Set<number>>();

export const resolveId = (id: string) => realIds.get(id) ?? id;
/** The id a task had on this page first: a name for its row that does not change when the server answers. */
export const localId = (id: string) => localIds.get(id) ?? id;

export function connectOutbox(next: Transport, kept: Change[] = []): void {
  transport = next;
  realIds.clear();
  localIds.clear();
  replaced.clear();
  // What was done before the connection was made (a fast typist, a slow start) goes along.
  update((early) => [...kept, ...early].map((change) => (change.state === "sending" ? { ...change, state: "waiting" } : change)));
  pump();
}

export function disconnectOutbox(): void {
  transport = null;
  clearTimeout(timer);
  outbox.set({ changes: [], offline: false });
}

/** Put changes in the queue; they show at once and are sent as soon as possible. */
export function submit(changes: NewChange[]): Change[] {
  const queued = changes.map((change): Change => ({ ...upToDate(rename(change)), id: randomId(), state: "waiting" }));
  update((all) => [...all, ...queued]);
  pump();
  return queued;
}

export function adopt(changes: Change[]): void {
  if (!changes.length) return;
  update((all) => [...changes.map((change): Change => ({ ...change, state: change.state === "conflict" ? "conflict" : "waiting" })), ...all]);
  pump();
}

export function retryNow(): void {
  clearTimeout(timer);
  attempt = 0;
  pump();
}

/** Settle a conflict: send mine again over the server's version, or let it go. */
export function resolveConflict(changeId: string, keep: "mine" | "theirs"): void {
  update((all) =>
    keep === "theirs"
      ? all.filter((change) => change.id !== changeId)
      : all.map((change) => (change.id === changeId ? { ...change, id: randomId(), state: "waiting", version: change.current?.version, current: undefined } : change)),
  );
  pump();
}

function rename<C extends Pick<Change, "taskId" | "input" | "move">>(change: C): C {
  const { move, input } = change;
  return {
    ...change,
    taskId: resolveId(change.taskId),
    ...(input?.parent_id && { input: { ...input, parent_id: resolveId(input.parent_id) } }),
    ...(move && {
      move: {
        ...move,
        ...(move.parent_id && { parent_id: resolveId(move.parent_id) }),
        ...(move.before_id && { before_id: resolveId(move.before_id) }),
        ...(move.after_id && { after_id: resolveId(move.after_id) }),
      },
    }),
  };
}

function update(change: (all: Change[]) => Change[]): void {
  outbox.set((state) => ({ ...state, changes: change(state.changes) }));
  transport?.save(outbox.get().changes);
}

export const isCreating = ({ action }: Pick<Change, "action">) => action === "create" || action === "create-series";

const needs = (change: Change) => [change.taskId, change.input?.parent_id, change.move?.parent_id, change.move?.before_id, change.move?.after_id];

/**
 * The changes that may go now: first of their task, and needing no task that is not on the server yet. New tasks go one after
 * another, because the server puts each at the end: side by side, pasted lines would arrive in any order.
 */
export function sendable(changes: Change[]): Change[] {
  const busy = new Set<string>();
  let creating = false;
  const ready: Change[] = [];
  for (const change of changes) {
    const creates = isCreating(change);
    const blocked = needs(change).some((id) => id && isTemporary(id) && !(creates && id === change.taskId));
    if (!busy.has(change.taskId) && !blocked && !(creates && creating) && change.state === "waiting") ready.push(change);
    busy.add(change.taskId);
    creating ||= creates;
  }
  return ready;
}

function pump(): void {
  if (!transport) return;
  const { changes } = outbox.get();
  const sending = changes.filter((change) => change.state === "sending").length;
  for (const change of sendable(changes).slice(0, Math.max(0, PARALLEL - sending))) void deliver(change);
}

async function deliver(change: Change): Promise<void> {
  const link = transport!;
  update((all) => all.map((each) => (each.id === change.id ? { ...each, state: "sending" } : each)));
  try {
    const task = await link.send(change);
    if (link !== transport) return;
    attempt = 0;
    if (task && task.id !== change.taskId) {
      realIds.set(change.taskId, task.id);
      localIds.set(task.id, change.taskId);
    }
    if (task) noteOwn(change, task);
    // The server's state goes in before the change leaves: no frame shows the old value.
    link.succeeded(change, task);
    outbox.set((state) => ({ ...state, offline: false }));
    update((all) => all.filter((each) => each.id !== change.id).map((each) => followUp(rename(each), change, task)));
    pump();
  } catch (error) {
    if (link === transport) failed(change, error);
  }
}

function noteOwn(done: Change, task: Task): void {
  const before = task.version - 1;
  if (done.version === undefined || done.version === before) replaced.set(task.id, (replaced.get(task.id) ?? new Set()).add(before));
}

/** An edit begun while an earlier one from here was on its way looked at a version that only we replaced: no conflict with oneself. */
function upToDate<C extends Pick<Change, "taskId" | "version">>(change: C): C {
  let { version } = change;
  while (version !== undefined && replaced.get(change.taskId)?.has(version)) version += 1;
  return { ...change, version };
}

/** Later edits of the same task were made on top of this one, so they expect the version it made. */
function followUp(later: Change, done: Change, task: Task | null): Change {
  if (!task || later.taskId !== task.id || later.version === undefined) return later;
  return later.version === done.version || later.version === task.version - 1 ? { ...later, version: task.version } : later;
}

function failed(change: Change, error: unknown): void {
  if (error instanceof OfflineError || (error instanceof ApiError && error.transient) || !(error instanceof ApiError)) {
    update((all) => all.map((each) => (each.id === change.id ? { ...each, state: "waiting" } : each)));
    outbox.set((state) => ({ ...state, offline: error instanceof OfflineError }));
    clearTimeout(timer);
    timer = setTimeout(pump, RETRY_MS[Math.min(attempt++, RETRY_MS.length - 1)]);
    return;
  }
  if (error.status === 412 && error.problem.current) {
    update((all) => all.map((each) => (each.id === change.id ? { ...each, state: "conflict", current: error.problem.current } : each)));
    return;
  }
  // A task that could not be made takes the changes waiting for it along.
  const orphaned = (each: Change) => isTemporary(change.taskId) && needs(each).includes(change.taskId);
  update((all) => all.filter((each) => each.id !== change.id && !orphaned(each)));
  transport?.rejected(change, error);
  pump();
}
