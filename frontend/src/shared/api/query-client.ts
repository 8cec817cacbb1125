/** The query cache, kept in IndexedDB per user so that a start without a connection shows the last state. */
import { QueryClient } from "@tanstack/react-query";
import type { PersistedClient, Persister } from "@tanstack/react-query-persist-client";
import { del, get, set } from "idb-keyval";
import { ApiError } from "./errors";

const DAY_MS = 86_400_000;
/** Raised when the shape of cached data changes: older caches are then left aside. */
export const CACHE_VERSION = "1";
/** First parts of the query keys worth keeping. */
const KEPT = new Set(["tasks", "tags", "notifications", "recurring", "preferences", "audit"]);

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        gcTime: 7 * DAY_MS,
        networkMode: "always",
        retry: (count, error) => count < 3 && !(error instanceof ApiError && !error.transient),
        retryDelay: (count) => Math.min(1000 * 2 ** count, 10_000),
        refetchOnWindowFocus: true,
      },
      mutations: { networkMode: "always" },
    },
  });
}

export const persistable = (query: { queryKey: readonly unknown[]; state: { status: string } }) =>
  query.state.status === "success" && KEPT.has(String(query.queryKey[0]));

const cacheKey = (userId: string) => `obsidianlist.cache.${userId}`;
export const dropCache = (userId: string) => del(cacheKey(userId));

export function createPersister(userId: string): Persister {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let latest: PersistedClient | undefined;
  const write = () => {
    clearTimeout(timer);
    timer = undefined;
    if (latest) void set(cacheKey(userId), latest).catch(() => undefined);
    latest = undefined;
  };
  addEventListener("pagehide", write);
  return {
    persistClient: (client) => {
      latest = client;
      // A thousand tasks take a moment to copy: not while somebody types.
      timer ??= setTimeout(() => ("requestIdleCallback" in window ? requestIdleCallback(write, { timeout: 3000 }) : write()), 1500);
    },
    restoreClient: () => get<PersistedClient>(cacheKey(userId)).catch(() => undefined),
    removeClient: () => dropCache(userId),
  };
}

/** The page's one client; commands and the outbox use it outside React. */
export const queryClient = createQueryClient();
