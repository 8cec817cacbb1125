/** Series of recurring tasks. */
import { useRef } from "react";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { recurring as api } from "@/shared/api/endpoints";
import { ApiError } from "@/shared/api/errors";
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

/**
 * Saving again what got no answer has one effect: the same request goes out with the same key until it is answered, or something else is
 * wanted. The same one although the series is seen anew meanwhile: the lost request may have split it.
 */
export function useSaveSeries() {
  const attempt = useRef<{ of: string; send: () => Promise<RecurringTask> } | null>(null);
  return useSeriesMutation(async ({ series, scope, occurrenceKey, input }: Saved) => {
    const of = JSON.stringify([scope, input.rrule, input.mode]);
    if (attempt.current?.of !== of) {
      const key = randomId();
      const send = () => (series ? api.change(series.id, { scope, occurrence_key: occurrenceKey, rrule: input.rrule, mode: input.mode }, series.version, key) : api.create(input, key));
      attempt.current = { of, send };
    }
    try {
      const answer = await attempt.current.send();
      attempt.current = null;
      return answer;
    } catch (error) {
      if (error instanceof ApiError && !error.transient) attempt.current = null;
      throw error;
    }
  });
}
