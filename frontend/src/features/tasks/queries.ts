/** Tasks for components: the cache with the outbox laid over it. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { tasks as api } from "@/shared/api/endpoints";
import { queryClient } from "@/shared/api/query-client";
import type { Task, TaskQuery } from "@/shared/api/types";
import { isTemporary } from "@/shared/lib/ids";
import { useStore } from "@/shared/lib/store";
import { cachedTask, fetchOpen, taskKeys } from "./cache";
import { outbox, resolveId, type Change } from "./outbox";
import { overlay, overlayAll, overlayOne } from "./overlay";

const changesOf = (state: { changes: Change[] }) => state.changes;
export const useChanges = () => useStore(outbox, changesOf);

/** One merge for every component that asks in the same frame. */
let last: { base: Task[]; changes: Change[]; result: Task[] } | undefined;
function merged(base: Task[], changes: Change[]): Task[] {
  if (last?.base !== base || last.changes !== changes) last = { base, changes, result: overlayAll(base, changes) };
  return last.result;
}
const NONE: Task[] = [];

/** Every open task, plus those completed or deleted a moment ago; views filter. */
export function useOpenTasks(): { tasks: Task[]; isPending: boolean; error: Error | null; refetch: () => void } {
  const query = useQuery({ queryKey: taskKeys.open, queryFn: ({ signal, client }) => fetchOpen(client, signal), staleTime: 5 * 60_000 });
  const changes = useChanges();
  const tasks = useMemo(() => merged(query.data ?? NONE, changes), [query.data, changes]);
  return { tasks, isPending: query.isPending, error: query.data ? null : query.error, refetch: query.refetch };
}

/** A list the server filters and sorts, page by page. */
export function useTaskList(filter: TaskQuery, options: { enabled?: boolean } = {}) {
  const query = useInfiniteQuery({
    queryKey: taskKeys.list(filter),
    queryFn: ({ pageParam, signal }) => api.list({ ...filter, limit: 50, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: (previous) => previous,
    ...options,
  });
  const changes = useChanges();
  const tasks = useMemo(() => overlay(query.data?.pages.flatMap((page) => page.items) ?? NONE, changes), [query.data, changes]);
  return { ...query, tasks, total: query.data?.pages[0]?.total ?? undefined };
}

export function useTask(id: string) {
  const real = resolveId(id);
  const query = useQuery<Task>({
    queryKey: taskKeys.one(real),
    queryFn: ({ signal }) => api.get(real, signal),
    enabled: !isTemporary(real),
    placeholderData: () => cachedTask(queryClient, real),
  });
  const changes = useChanges();
  const { tasks } = useOpenTasks();
  const base = tasks.find((task) => task.id === real);
  const newest = base && query.data && query.data.version > base.version ? query.data : (base ?? query.data);
  return { task: overlayOne(newest, real, changes), error: newest ? null : query.error };
}

export function useSubtasks(parentId: string): Task[] {
  const real = resolveId(parentId);
  const query = useQuery({
    queryKey: taskKeys.children(real),
    queryFn: async ({ signal }) => (await api.list({ parent_id: real, status: "all", sort: "rank", limit: 200 }, signal)).items,
    enabled: !isTemporary(real),
  });
  const { tasks } = useOpenTasks();
  const changes = useChanges();
  return useMemo(() => {
    const open = tasks.filter((task) => task.parent_id === real || task.parent_id === parentId);
    const known = new Set(open.map((task) => task.id));
    const rest = overlay(query.data ?? NONE, changes).filter((task) => !known.has(task.id));
    return [...open, ...rest].filter((task) => !task.deleted_at).sort((a, b) => (a.rank < b.rank ? -1 : 1));
  }, [query.data, tasks, changes, real, parentId]);
}
