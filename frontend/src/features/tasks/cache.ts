/** The server's tasks in the query cache: where they are kept and how an answer is merged in. */
import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import { tasks as api } from "@/shared/api/endpoints";
import type { Page, Task, TaskQuery } from "@/shared/api/types";
import { whenAdopted } from "./adoption";

export const taskKeys = {
  all: ["tasks"] as const,
  open: ["tasks", "open"] as const,
  one: (id: string) => ["tasks", "one", id] as const,
  children: (id: string) => ["tasks", "children", id] as const,
  list: (query: TaskQuery) => ["tasks", "list", query] as const,
};

const PAGE = 200;
/** Above this the app would be a database; older tasks are then found by search only. */
const MOST_PAGES = 50;

/** All open tasks. The first page is shown as soon as it is there. */
export async function fetchOpen(client: QueryClient, signal?: AbortSignal): Promise<Task[]> {
  await whenAdopted();
  const all: Task[] = [];
  let cursor: string | undefined;
  const first = client.getQueryData(taskKeys.open) === undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = await api.list({ status: "open", sort: "rank", limit: PAGE, cursor }, signal);
    all.push(...answer.items);
    if (!answer.next_cursor) break;
    cursor = answer.next_cursor;
    if (first) client.setQueryData<Task[]>(taskKeys.open, [...all]);
  }
  return all;
}

type Lists = InfiniteData<Page<Task>>;

/** Put one task's new state everywhere it is cached. */
export function mergeTask(client: QueryClient, task: Task): void {
  client.setQueryData<Task[]>(taskKeys.open, (all) => all && mergeInto(all, task, task.status === "open" && !task.deleted_at));
  client.setQueryData<Task>(taskKeys.one(task.id), task);
  if (task.parent_id) {
    client.setQueryData<Task[]>(taskKeys.children(task.parent_id), (all) => all && mergeInto(all, task, !task.deleted_at));
  }
  client.setQueriesData<Lists>({ queryKey: ["tasks", "list"] }, (lists) =>
    lists?.pages.some((page) => page.items.some((item) => item.id === task.id))
      ? { ...lists, pages: lists.pages.map((page) => ({ ...page, items: page.items.map((item) => (item.id === task.id ? newer(item, task) : item)) })) }
      : lists,
  );
  countSubtasks(client, task.parent_id);
}

/** A late answer never overwrites a newer state. */
const newer = (old: Task, next: Task) => (next.version >= old.version ? next : old);

function mergeInto(all: Task[], task: Task, belongs: boolean): Task[] {
  const at = all.findIndex((item) => item.id === task.id);
  if (!belongs) return at < 0 ? all : all.filter((item) => item.id !== task.id);
  if (at < 0) return [...all, task];
  const copy = [...all];
  copy[at] = newer(all[at]!, task);
  return copy;
}

function countSubtasks(client: QueryClient, parentId: string | null): void {
  if (!parentId) return;
  const children = client.getQueryData<Task[]>(taskKeys.children(parentId));
  if (!children) return;
  const subtasks = { total: children.length, completed: children.filter((child) => child.status === "completed").length };
  client.setQueryData<Task[]>(taskKeys.open, (all) => all?.map((item) => (item.id === parentId ? { ...item, subtasks } : item)));
}

export function forgetTask(client: QueryClient, id: string): void {
  const without = (all: Task[] | undefined) => all?.filter((item) => item.id !== id && item.parent_id !== id);
  client.setQueryData<Task[]>(taskKeys.open, without);
  client.setQueriesData<Task[]>({ queryKey: ["tasks", "children"] }, without);
  client.setQueriesData<Lists>({ queryKey: ["tasks", "list"] }, (lists) =>
    lists && { ...lists, pages: lists.pages.map((page) => ({ ...page, items: page.items.filter((item) => item.id !== id) })) },
  );
}

/** Lists that the server filters (search, completed, trash): asked again when next looked at. */
export const staleLists = (client: QueryClient) => client.invalidateQueries({ queryKey: ["tasks", "list"] });

/** A task as it is in any cached list. */
export function cachedTask(client: QueryClient, id: string): Task | undefined {
  const open = client.getQueryData<Task[]>(taskKeys.open)?.find((task) => task.id === id);
  if (open) return open;
  for (const [, lists] of client.getQueriesData<Lists>({ queryKey: ["tasks", "list"] })) {
    for (const page of lists?.pages ?? []) {
      const found = page.items.find((task) => task.id === id);
      if (found) return found;
    }
  }
  for (const [, children] of client.getQueriesData<Task[]>({ queryKey: ["tasks", "children"] })) {
    const found = children?.find((task) => task.id === id);
    if (found) return found;
  }
  return client.getQueryData<Task>(taskKeys.one(id));
}
