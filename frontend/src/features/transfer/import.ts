/** Makes imported tasks: parents first, a hundred at once, and what the server refuses is told apart from what it took. */
import { recurring, tags as tagsApi, tasks as api } from "@/shared/api/endpoints";
import { ApiError } from "@/shared/api/errors";
import { explain, explainDetail } from "@/shared/api/explain";
import type { BulkOperation, TaskInput } from "@/shared/api/types";
import { randomId } from "@/shared/lib/ids";
import { wallTime } from "@/shared/lib/dates";
import type { Found, ImportedTask } from "./imported";

const BATCH = 100;
const WORDS_AT_ONCE = 50;

export interface Report {
  /** Ids of the tasks that were made. */
  made: string[];
  refused: { title: string; reason: string }[];
  /** Dates in words that the grammar does not know; they are in the notes. */
  unclear: string[];
  series: number;
}

export async function importTasks(given: readonly ImportedTask[], tags: NonNullable<Found["tags"]>, timeZone: string, progress: (done: number) => void): Promise<Report> {
  const tasks = given.map((task) => ({ ...task }));
  const report: Report = { made: [], refused: [], unclear: [], series: 0 };
  await createTags(tags);
  await understandDates(tasks, timeZone, report);
  const ids: (string | null | undefined)[] = new Array<undefined>(tasks.length);
  let waiting = tasks.map((_, at) => at);
  while (waiting.length) {
    const ready = waiting.filter((at) => tasks[at]!.parent === null || ids[tasks[at]!.parent!] !== undefined).slice(0, BATCH);
    await create(ready, tasks, ids, report);
    const settled = new Set(ready);
    waiting = waiting.filter((at) => !settled.has(at));
    progress(tasks.length - waiting.length);
  }
  await finish(tasks, ids, timeZone, report);
  return report;
}

/** A tag that is here already keeps its colour. */
async function createTags(tags: NonNullable<Found["tags"]>): Promise<void> {
  for (const { name, color } of tags) {
    await tagsApi.create({ name, color }).catch((error: unknown) => {
      if (!(error instanceof ApiError) || error.transient) throw error;
    });
  }
}

/** Dates in words become dates and series; what the grammar does not know stays in the notes. */
async function understandDates(tasks: ImportedTask[], timeZone: string, report: Report): Promise<void> {
  const byLanguage = new Map<string | undefined, ImportedTask[]>();
  for (const task of tasks) if (task.words) byLanguage.set(task.language, [...(byLanguage.get(task.language) ?? []), task]);
  for (const [locale, worded] of byLanguage) {
    for (let from = 0; from < worded.length; from += WORDS_AT_ONCE) {
      const batch = worded.slice(from, from + WORDS_AT_ONCE);
      const text = batch.map((task) => `x ${task.words!.replace(/\s+/g, " ")}`).join("\n");
      const { items } = await api.parse({ text, time_zone: timeZone, ...(locale && { locale }) });
      batch.forEach((task, at) => understood(task, items[at]?.task, timeZone, report));
    }
  }
}

type Parsed = Awaited<ReturnType<typeof api.parse>>["items"][number]["task"];

function understood(task: ImportedTask, parsed: Parsed | undefined, timeZone: string, report: Report): void {
  if (parsed?.due_on) task.due_on = parsed.due_on;
  else if (parsed?.due_at) Object.assign(task, { due_at: parsed.due_at, due_tz: parsed.due_tz ?? timeZone });
  else {
    report.unclear.push(task.title);
    task.notes = [task.notes, task.words].filter(Boolean).join("\n");
  }
  if (parsed?.rrule) task.repeat = { rrule: parsed.rrule, mode: parsed.mode, dtstart: parsed.dtstart ?? undefined, time_zone: timeZone };
}

/** One call for all; when the server refuses, the halves are tried, down to the task it is about. */
async function create(batch: number[], tasks: ImportedTask[], ids: (string | null | undefined)[], report: Report): Promise<void> {
  if (!batch.length) return;
  const operations = batch.map((at): BulkOperation => ({ action: "create", task: input(tasks[at]!, ids) }));
  try {
    const { results } = await api.bulk(operations, randomId());
    batch.forEach((at, position) => {
      ids[at] = results[position]!.id;
      report.made.push(results[position]!.id);
    });
  } catch (error) {
    if (!(error instanceof ApiError) || error.transient) throw error;
    if (batch.length === 1) {
      ids[batch[0]!] = null;
      report.refused.push({ title: tasks[batch[0]!]!.title, reason: explainDetail(error.problem.errors?.[0]?.detail) ?? explain(error) });
      return;
    }
    const middle = Math.ceil(batch.length / 2);
    await create(batch.slice(0, middle), tasks, ids, report);
    await create(batch.slice(middle), tasks, ids, report);
  }
}

/** Series and completions come last: both need tasks that exist. */
async function finish(tasks: ImportedTask[], ids: (string | null | undefined)[], timeZone: string, report: Report): Promise<void> {
  for (const [at, task] of tasks.entries()) {
    if (!task.repeat || !ids[at]) continue;
    const zone = task.repeat.time_zone ?? task.due_tz ?? timeZone;
    const dtstart = task.repeat.dtstart ?? (task.due_at ? wallTime(task.due_at, zone) : task.due_on);
    try {
      await recurring.create({ ...task.repeat, dtstart, time_zone: zone, task_id: ids[at] }, randomId());
      report.series++;
    } catch (error) {
      if (!(error instanceof ApiError) || error.transient) throw error;
      report.refused.push({ title: task.title, reason: explainDetail(error.problem.errors?.[0]?.detail) ?? explain(error) });
    }
  }
  const done = tasks.flatMap((task, at) => (task.completed && ids[at] ? [ids[at]] : []));
  for (let from = 0; from < done.length; from += BATCH) {
    await api.bulk(done.slice(from, from + BATCH).map((id) => ({ action: "complete", id })), randomId());
  }
}

/** Takes an import back: everything it made goes into the trash. */
export async function undoImport(ids: readonly string[]): Promise<void> {
  // Children were made after their parents and go first; a child that went with its parent is no error.
  for (const id of [...ids].reverse()) {
    await api.remove(id).catch((error: unknown) => {
      if (!(error instanceof ApiError && error.status === 404)) throw error;
    });
  }
}

function input({ completed: _completed, parent, words: _words, language: _language, repeat: _repeat, ...task }: ImportedTask, ids: (string | null | undefined)[]): TaskInput {
  const present = Object.fromEntries(Object.entries(task).filter(([, value]) => value !== undefined && value !== null));
  const parentId = parent === null ? null : ids[parent];
  return { ...present, ...(parentId && { parent_id: parentId }) };
}
