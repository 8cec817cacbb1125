/**
 * Connects the outbox to the API, the cache and IndexedDB for one signed-in user.
 *
 * Every tab keeps its queue under its own name and holds a Web Lock of that name; a queue whose lock
 * is free belongs to a tab that is gone, and whoever starts next sends what is left in it.
 */
import type { QueryClient } from "@tanstack/react-query";
import { del, get, keys, set } from "idb-keyval";
import { ApiError } from "@/shared/api/errors";
import { recurring as recurringApi, tasks as api } from "@/shared/api/endpoints";
import { explain } from "@/shared/api/explain";
import type { RecurringTask, Task } from "@/shared/api/types";
import { t } from "@/shared/i18n";
import { randomId } from "@/shared/lib/ids";
import { renameTask } from "@/shared/lib/location";
import { notify } from "@/shared/ui/toast";
import { readTyped } from "@/features/quick-add/understand";
import { bodyOf, seriesInput } from "./actions";
import { adoptionDone, beginAdoption } from "./adoption";
import { forgetTask, mergeTask, staleLists, taskKeys } from "./cache";
import { adopt, connectOutbox, disconnectOutbox, outbox, retryNow, type Change, type Typed } from "./outbox";

async function send(change: Change): Promise<Task | null> {
  const { taskId, action, id } = change;
  switch (action) {
    case "create":
      return change.typed ? createTyped(change, change.typed) : api.create({ title: "", ...change.input }, id);
    case "create-series":
      return instance(await recurringApi.create(change.series!, id));
    case "change-series":
      return changeSeries(change);
    case "delete-series": {
      const { recurring_task_id } = await api.get(taskId);
      if (recurring_task_id) await recurringApi.remove(recurring_task_id);
      await api.remove(taskId);
      return null;
    }
    case "update":
      return api.change(taskId, change.input ?? {}, change.version);
    case "move":
      return api.move(taskId, change.move ?? {}, id);
    case "complete":
    case "reopen":
    case "restore":
      return api.act(taskId, action, id);
    case "delete":
    case "purge":
      await api.remove(taskId, action === "purge").catch((error: unknown) => {
        if (!(error instanceof ApiError && error.status === 404)) throw error;
      });
      return null;
  }
}

async function createTyped(change: Change, typed: Typed): Promise<Task | null> {
  const { rrule, dtstart, mode, ...task } = await readTyped({ ...change, typed });
  if (rrule) return instance(await recurringApi.create(seriesInput({ ...task, dtstart }, rrule, mode), change.id));
  return api.create({ title: task.title, ...bodyOf(task) }, change.id);
}

/** The open occurrence of a series. */
const instance = ({ task_id }: RecurringTask) => (task_id ? api.get(task_id) : null);

async function changeSeries({ id: key, seriesChange, taskId }: Change): Promise<Task> {
  const { id, scope, occurrence_key, template, time } = seriesChange!;
  const begins = scope === "following" && occurrence_key ? occurrence_key : time === undefined ? "" : (await recurringApi.get(id)).dtstart;
  const day = begins.slice(0, 10);
  await recurringApi.change(id, { scope, occurrence_key, ...(Object.keys(template).length && { template }), ...(time !== undefined && { dtstart: time ? `${day}T${time}` : day }) }, undefined, key);
  return api.get(taskId);
}

export function startSync(client: QueryClient, userId: string): () => void {
  const prefix = `obsidianlist.outbox.${userId}.`;
  const name = prefix + randomId();
  const stopped = new AbortController();
  let saving = Promise.resolve();

  connectOutbox({
    send,
    save: (changes) => {
      saving = saving.then(() => (changes.length ? set(name, changes) : del(name))).catch(() => undefined);
    },
    succeeded: (change, task) => {
      if (task) mergeTask(client, task);
      if (task && task.id !== change.taskId) renameTask(change.taskId, task.id);
      // A list asked for before this change would put the old state back: it is asked for again.
      if (client.isFetching({ queryKey: taskKeys.open })) void client.invalidateQueries({ queryKey: taskKeys.open });
      if (!task && (change.action === "delete" || change.action === "purge" || change.action === "delete-series")) forgetTask(client, change.taskId);
      if (change.action.endsWith("-series") || task?.recurring_task_id && change.typed) void client.invalidateQueries({ queryKey: ["recurring"] });
      if (change.action !== "update" && change.action !== "move") void staleLists(client);
      if (change.input?.tags || change.typed) void client.invalidateQueries({ queryKey: ["tags"] });
    },
    rejected: (change, error) => {
      if (error.status === 404) forgetTask(client, change.taskId);
      else void client.invalidateQueries({ queryKey: taskKeys.all });
      notify.error(t(error.status === 404 ? "error.taskGone" : "error.notSaved"), error.status === 404 ? undefined : explain(error));
    },
  });

  const hold = async () => {
    await navigator.locks?.request(name, { signal: stopped.signal }, () => new Promise<void>((resolve) => stopped.signal.addEventListener("abort", () => resolve())));
  };
  hold().catch(() => undefined);
  void adoptOrphans(prefix, name).catch(() => []).then(adoptionDone);
  addEventListener("online", retryNow, { signal: stopped.signal });

  return () => {
    stopped.abort();
    disconnectOutbox();
    beginAdoption();
  };
}

/** The ids of the changes taken over. */
async function adoptOrphans(prefix: string, own: string): Promise<string[]> {
  const names = (await keys<string>().catch(() => [])).filter((key) => typeof key === "string" && key.startsWith(prefix) && key !== own);
  const taken: string[] = [];
  for (const orphan of names) {
    const take = async () => {
      const left = (await get<Change[]>(orphan)) ?? [];
      taken.push(...left.map(({ id }) => id));
      adopt(left);
      await del(orphan);
    };
    if (!navigator.locks) await take();
    else await navigator.locks.request(orphan, { ifAvailable: true }, async (lock) => lock && (await take()));
  }
  return taken;
}

export const waitingCount = () => outbox.get().changes.length;
