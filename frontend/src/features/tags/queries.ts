/** Tags: list, colours, changes. Small enough to be kept whole. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { tags as api } from "@/shared/api/endpoints";
import type { Tag, TagColor } from "@/shared/api/types";
import { colorOfName } from "./color";

export const tagKey = ["tags"] as const;

async function fetchTags(): Promise<Tag[]> {
  const all: Tag[] = [];
  let cursor: string | undefined;
  do {
    const page = await api.list({ limit: 200, cursor });
    all.push(...page.items);
    cursor = page.next_cursor ?? undefined;
  } while (cursor && all.length < 2000);
  return all;
}

const NONE: Tag[] = [];
export function useTags(): Tag[] {
  return useQuery({ queryKey: tagKey, queryFn: fetchTags, staleTime: 60_000 }).data ?? NONE;
}

export function useTagColors(): (name: string) => TagColor {
  const tags = useTags();
  return useMemo(() => {
    const colors = new Map(tags.map((tag) => [tag.name.toLowerCase(), tag.color]));
    return (name: string) => colors.get(name.toLowerCase()) ?? colorOfName(name);
  }, [tags]);
}

/** Changes of tags also change what tasks show, so both are asked again. */
export function useTagMutation<V>(run: (variables: V) => Promise<unknown>, optimistic?: (tags: Tag[], variables: V) => Tag[]) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: run,
    onMutate: async (variables: V) => {
      await client.cancelQueries({ queryKey: tagKey });
      const before = client.getQueryData<Tag[]>(tagKey);
      if (before && optimistic) client.setQueryData(tagKey, optimistic(before, variables));
      return { before };
    },
    onError: (_error, _variables, context) => context?.before && client.setQueryData(tagKey, context.before),
    onSettled: () => Promise.all([client.invalidateQueries({ queryKey: tagKey }), client.invalidateQueries({ queryKey: ["tasks"] })]),
  });
}
