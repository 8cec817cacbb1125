/** Deletes everything in the trash for good, also what is not on screen. */
import { tasks as api } from "@/shared/api/endpoints";
import { queryClient } from "@/shared/api/query-client";
import type { Task } from "@/shared/api/types";
import { randomId } from "@/shared/lib/ids";

const AT_ONCE = 100;

export async function emptyTrash(): Promise<void> {
  const all: Task[] = [];
  let cursor: string | undefined;
  do {
    const page = await api.list({ trash: true, status: "all", limit: 200, cursor });
    all.push(...page.items);
    cursor = page.next_cursor ?? undefined;
  } while (cursor);
  // A task takes its sub-tasks along, so only the topmost ones are named.
  const ids = new Set(all.map((task) => task.id));
  const topmost = all.filter((task) => !task.parent_id || !ids.has(task.parent_id));
  for (let from = 0; from < topmost.length; from += AT_ONCE) {
    await api.bulk(topmost.slice(from, from + AT_ONCE).map((task) => ({ action: "purge", id: task.id })), randomId());
  }
  await queryClient.invalidateQueries({ queryKey: ["tasks"] });
}
