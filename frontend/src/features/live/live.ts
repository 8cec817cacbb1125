/**
 * Changes made elsewhere (another tab, device, chat, a recurring task) as they happen.
 *
 * The stream carries ids and versions only; a task is asked for when its cached version is older.
 * It stops while the page is hidden, so that the function behind it can scale to zero; on return
 * everything is asked again.
 */
import type { QueryClient } from "@tanstack/react-query";
import { ApiError } from "@/shared/api/errors";
import { tasks as api } from "@/shared/api/endpoints";
import { fetchResponse } from "@/shared/api/http";
import { createStore } from "@/shared/lib/store";
import { cachedTask, forgetTask, mergeTask, staleLists, taskKeys } from "@/features/tasks/cache";
import { isCreating, outbox, retryNow } from "@/features/tasks/outbox";
import { readEvents, type ServerEvent } from "./sse";

const RETRY_MS = [1_000, 2_000, 5_000, 15_000, 30_000];
const HIDDEN_MS = 60_000;
/** More changes than this in one moment (an import elsewhere): ask for the list once instead. */
const BURST = 20;

export const liveStatus = createStore<"off" | "connecting" | "open">("off");

export function startLive(client: QueryClient): () => void {
  let stream: AbortController | null = null;
  let lastId: string | undefined;
  let attempt = 0;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let hide: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  const pending = new Map<string, number>();
  let flush: ReturnType<typeof setTimeout> | undefined;

  async function connect() {
    if (stopped || stream) return;
    const mine = (stream = new AbortController());
    liveStatus.set("connecting");
    try {
      const response = await fetchResponse("/api/live", { headers: { Accept: "text/event-stream", ...(lastId && { "Last-Event-ID": lastId }) }, signal: mine.signal });
      liveStatus.set("open");
      retryNow();
      if (attempt > 0) void client.invalidateQueries();
      attempt = 0;
      for await (const event of readEvents(response.body!)) handle(event);
    } catch (error) {
      if (error instanceof ApiError && !error.transient) attempt = RETRY_MS.length;
      attempt++;
    }
    if (stream !== mine) return;
    stream = null;
    liveStatus.set("off");
    if (!stopped) retry = setTimeout(connect, RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)]);
  }

  function disconnect() {
    clearTimeout(retry);
    stream?.abort();
    stream = null;
    liveStatus.set("off");
  }

  function handle({ event, data, id }: ServerEvent) {
    if (id) lastId = id;
    if (event === "reset") return void client.invalidateQueries();
    if (event === "tag") void client.invalidateQueries({ queryKey: ["tags"] });
    if (event === "recurring_task") void client.invalidateQueries({ queryKey: ["recurring"] });
    if (event === "notification") void client.invalidateQueries({ queryKey: ["notifications"] });
    if (event !== "task") return;
    const { task_id, version, type } = JSON.parse(data) as { task_id: string; version: number; type: string };
    if (!task_id) return;
    if (type.includes("purged")) return forgetTask(client, task_id);
    pending.set(task_id, Math.max(version ?? 0, pending.get(task_id) ?? 0));
    flush ??= setTimeout(apply, 150);
  }

  function apply() {
    flush = undefined;
    // One of them may be a task that is being made here, whose id is on its way: shown now it would stand beside itself.
    if (outbox.get().changes.some((change) => change.state === "sending" && isCreating(change)) && [...pending.keys()].some((id) => !cachedTask(client, id))) {
      flush = setTimeout(apply, 150);
      return;
    }
    const changed = [...pending].filter(([id, version]) => (cachedTask(client, id)?.version ?? -1) < version && !outbox.get().changes.some((change) => change.taskId === id));
    pending.clear();
    if (!changed.length) return;
    void staleLists(client);
    void client.invalidateQueries({ queryKey: ["audit"] });
    if (changed.length > BURST) return void client.invalidateQueries({ queryKey: taskKeys.open });
    for (const [id] of changed) {
      api.get(id).then((task) => mergeTask(client, task), (error: unknown) => error instanceof ApiError && error.status === 404 && forgetTask(client, id));
    }
    void client.invalidateQueries({ queryKey: ["tags"] });
  }

  const onVisibility = () => {
    clearTimeout(hide);
    if (document.hidden) hide = setTimeout(disconnect, HIDDEN_MS);
    else if (!stream) void client.invalidateQueries().then(connect);
  };
  document.addEventListener("visibilitychange", onVisibility);
  addEventListener("online", connect);
  void connect();

  return () => {
    stopped = true;
    clearTimeout(hide);
    clearTimeout(flush);
    disconnect();
    document.removeEventListener("visibilitychange", onVisibility);
    removeEventListener("online", connect);
  };
}
