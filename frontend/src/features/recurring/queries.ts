/** Series of recurring tasks. */
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { recurring as api } from "@/shared/api/endpoints";
import type { RecurringInput, RecurringTask } from "@/shared/api/types";
import { taskKeys } from "@/features/tasks/cache";

const key = ["recurring"] as const;

export function useSeriesList() {
  return useInfiniteQuery({
    queryKey: [...key, "list"],
    queryFn: ({ pageParam }) => api.list({ cursor: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}
export const useSeries = (id: string | null) => useQuery({ queryKey: [...key, "one", id], queryFn: () => api.get(id!), enabled: id !== null && id !== "pending" });

export const useNextDates = (id: string, enabled: boolean) => useQuery({ queryKey: [...key, "next", id], queryFn: () => api.preview(id, 5), enabled });

export function useRulePreview(rule: { rrule: string; dtstart: string; time_zone: string } | null) {
  return useQuery({
    queryKey: ["rule-preview", rule],
    queryFn: ({ signal }) => api.previewRule({ ...rule!, count: 4 }, signal),
    enabled: rule !== null,
    retry: false,
    placeholderData: (previous) => previous,
    staleTime: Infinity,
    gcTime: 60_000,
  });
}

export function useSeriesMutation<V, R = unknown>(run: (variables: V) => Promise<R>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: run,
    onSettled: () => Promise.all([client.invalidateQueries({ queryKey: key }), client.invalidateQueries({ queryKey: taskKeys.open })]),
  });
}
export const useSaveSeries = () =>
  useSeriesMutation(({ series, scope, occurrenceKey, input }: { series: RecurringTask | null; scope: "following" | "all"; occurrenceKey: string | null; input: RecurringInput }) =>
    series ? api.change(series.id, { scope, occurrence_key: occurrenceKey, rrule: input.rrule, mode: input.mode }, series.version) : api.create(input),
  );
