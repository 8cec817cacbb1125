/** All of a person's data as one JSON file, or the tasks as CSV. */
import { auth, recurring, tags, tasks } from "@/shared/api/endpoints";
import type { Page, Task } from "@/shared/api/types";
import { formatCsv } from "./csv";

async function everything<T>(load: (cursor?: string) => Promise<Page<T>>): Promise<T[]> {
  const all: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await load(cursor);
    all.push(...page.items);
    cursor = page.next_cursor ?? undefined;
  } while (cursor);
  return all;
}
const allTasks = (trash: boolean) => everything((cursor) => tasks.list({ status: "all", trash: trash || undefined, sort: "created", order: "asc", limit: 200, cursor }));

export const FORMAT = "obsidianlist";
export const FORMAT_VERSION = 1;

export async function exportJson(): Promise<string> {
  const [profile, tagList, series, current, trashed] = await Promise.all([
    auth.me(), everything((cursor) => tags.list({ cursor, limit: 200 })), everything((cursor) => recurring.list({ cursor })).catch(() => []), allTasks(false), allTasks(true),
  ]);
  return JSON.stringify({ format: FORMAT, version: FORMAT_VERSION, exported_at: new Date().toISOString(), profile, tags: tagList, recurring_tasks: series, tasks: current, trash: trashed }, null, 2);
}

export const COLUMNS = ["id", "parent_id", "title", "notes", "status", "priority", "tags", "due_on", "due_at", "due_tz", "completed_at", "created_at"] as const;

export const csvRow = (task: Task) => COLUMNS.map((column) => (column === "tags" ? task.tags.join(", ") : (task[column] ?? "")));
export const exportCsv = async () => formatCsv([[...COLUMNS], ...(await allTasks(false)).map(csvRow)]);

export function download(text: string, name: string, type: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
