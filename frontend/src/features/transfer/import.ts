/** Makes imported tasks in batches of at most 100: parents first, then what hangs on them. */
import { tasks as api } from "@/shared/api/endpoints";
import type { BulkOperation, TaskInput } from "@/shared/api/types";
import { randomId } from "@/shared/lib/ids";
import type { ImportedTask } from "./read-file";

const BATCH = 100;

/** Dates in words become dates; what the grammar does not know stays in the notes. */
async function understandDates(tasks: ImportedTask[], timeZone: string): Promise<void> {
  const worded = tasks.filter((task) => task.words);
  for (let from = 0; from < worded.length; from += 50) {
    const batch = worded.slice(from, from + 50);
    const { items } = await api.parse({ text: batch.map((task) => `x ${task.words!.replace(/\n/g, " ")}`).join("\n"), time_zone: timeZone });
    batch.forEach((task, at) => {
      const parsed = items[at]?.task;
      if (parsed?.due_on) task.due_on = parsed.due_on;
      else if (parsed?.due_at) Object.assign(task, { due_at: parsed.due_at, due_tz: parsed.due_tz ?? timeZone });
      else task.notes = [task.notes, task.words].filter(Boolean).join("\n");
    });
  }
}

export async function importTasks(tasks: ImportedTask[], timeZone: string, progress: (done: number) => void): Promise<void> {
  await understandDates(tasks, timeZone);
  const ids: (string | undefined)[] = new Array<string | undefined>(tasks.length);
  const waiting = tasks.map((_, at) => at);
  let done = 0;
  while (waiting.length) {
    const ready = waiting.filter((at) => tasks[at]!.parent === null || ids[tasks[at]!.parent!] !== undefined).slice(0, BATCH);
    if (!ready.length) throw new Error("A task's parent was not made.");
    const operations = ready.map((at): BulkOperation => ({ action: "create", task: input(tasks[at]!, ids) }));
    const { results } = await api.bulk(operations, randomId());
    ready.forEach((at, position) => {
      ids[at] = results[position]?.id;
      waiting.splice(waiting.indexOf(at), 1);
    });
    const completed = ready.filter((at) => tasks[at]!.completed && ids[at]);
    if (completed.length) await api.bulk(completed.map((at) => ({ action: "complete", id: ids[at] })), randomId());
    progress((done += ready.length));
  }
}

function input({ completed: _completed, parent, words: _words, ...task }: ImportedTask, ids: (string | undefined)[]): TaskInput {
  const present = Object.fromEntries(Object.entries(task).filter(([, value]) => value !== undefined && value !== null));
  return { ...present, ...(parent !== null && { parent_id: ids[parent] }) };
}
