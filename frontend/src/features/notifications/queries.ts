/** The in-app notifications. */
import { useInfiniteQuery, useMutation, useQueryClient, type InfiniteData } from "@tanstack/react-query";
import { notifications as api } from "@/shared/api/endpoints";
import type { NotificationPage } from "@/shared/api/types";

const key = ["notifications"] as const;
export type Until = { minutes: number } | { until: string };
type Pages = InfiniteData<NotificationPage, string | undefined>;

export function useNotifications() {
  return useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }) => api.list({ limit: 30, cursor: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}
export const useUnreadCount = () => useNotifications().data?.pages[0]?.unread_count ?? 0;

const markRead = (pages: Pages | undefined, id: string | null): Pages | undefined => {
  if (!pages) return pages;
  const now = new Date().toISOString();
  let marked = 0;
  const next = pages.pages.map((page) => ({
    ...page,
    items: page.items.map((item) => {
      if (item.read_at || (id !== null && item.id !== id)) return item;
      marked++;
      return { ...item, read_at: now };
    }),
  }));
  return { ...pages, pages: next.map((page) => ({ ...page, unread_count: id === null ? 0 : Math.max(0, page.unread_count - marked) })) };
};

/** Mark one (or with null all) as read, at once on screen. */
export function useMarkRead() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string | null) => (id === null ? api.readAll() : api.read(id)),
    onMutate: (id) => client.setQueryData<Pages>(key, (pages) => markRead(pages, id)),
    onError: () => client.invalidateQueries({ queryKey: key }),
  });
}

export function useSnooze() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ occurrence, until }: { occurrence: string; until: Until }) => api.snooze(occurrence, until),
    onSettled: () => client.invalidateQueries({ queryKey: key }),
  });
}
