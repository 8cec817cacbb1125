/** Series of recurring tasks. */
import { useRef } from "react";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { recurring as api } from "@/shared/api/endpoints";
import type { RecurringInput, RecurringTask } from "@/shared/api/types";
import { randomId } from "@/shared/lib/ids";
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
interface Saved { series: RecurringTask | null; scope: "following" | "all"; occurrenceKey: string | null; input: RecurringInput }

/** Saving again what got no answer has one effect: it carries the same key until it is answered, or something else is saved. */
export function useSaveSeries() {
  const attempt = useRef({ of: "", key: "" });
  return useSeriesMutation(async (saved: Saved) => {
    const { series, scope, occurrenceKey, input } = saved;
    const of = JSON.stringify(saved);
    if (attempt.current.of !== of) attempt.current = { of, key: randomId() };
    const { key } = attempt.current;
    const answer = await (series
      ? api.change(series.id, { scope, occurrence_key: occurrenceKey, rrule: input.rrule, mode: input.mode }, series.version, key)
      : api.create(input, key));
    attempt.current = { of: "", key: "" };
    return answer;
  });
}
