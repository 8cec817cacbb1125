/** All of a person's data as one JSON file, or the tasks as CSV. */
import { audit, auth, chat, notifications, push, recurring, tags, tasks } from "@/shared/api/endpoints";
import type { Page, RecurringTask, Task } from "@/shared/api/types";
import { formatCsv } from "./csv";

const PAGE = 200;

async function everything<T>(load: (query: { cursor?: string; limit: number }) => Promise<Page<T>>): Promise<T[]> {
  const all: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await load({ cursor, limit: PAGE });
    all.push(...page.items);
    cursor = page.next_cursor ?? undefined;
  } while (cursor);
  return all;
}
const allTasks = (trash: boolean) => everything((query) => tasks.list({ ...query, status: "all", trash: trash || undefined, sort: "created", order: "asc" }));

async function allConversations() {
  const all = [];
  for (const { id } of await everything((query) => chat.conversationPage({ ...query, limit: 100 }))) all.push(await chat.get(id));
  return all;
}

export const FORMAT = "obsidianlist";
export const FORMAT_VERSION = 1;

export async function exportJson(): Promise<string> {
  const [profile, preferences, tagList, series, current, trashed, activity, messages, devices, tokens, conversations] = await Promise.all([
    auth.me(), notifications.preferences(), everything(tags.list), everything(recurring.list), allTasks(false), allTasks(true), everything(audit.list), everything(notifications.list), push.list(), auth.tokens(), allConversations(),
  ]);
  const content = { format: FORMAT, version: FORMAT_VERSION, exported_at: new Date().toISOString(), profile, preferences, tags: tagList, recurring_tasks: series, tasks: current, trash: trashed, notifications: messages, conversations, devices: devices.items, api_tokens: tokens.items, activity };
  return JSON.stringify(content, null, 2);
}

export const COLUMNS = ["id", "parent_id", "title", "notes", "status", "priority", "tags", "due_on", "due_at", "due_tz", "reminders", "repeat", "repeat_mode", "completed_at", "created_at"] as const;

export function csvRow(task: Task, series: ReadonlyMap<string, RecurringTask>): string[] {
  const rule = task.status === "open" && task.recurring_task_id ? series.get(task.recurring_task_id) : undefined;
  const cells: Record<string, string | undefined> = {
    tags: task.tags.join(", "),
    reminders: task.reminders.map((each) => each.at ?? String(each.minutes_before)).join(", "),
    repeat: rule && !rule.ended_at ? rule.rrule : "",
    repeat_mode: rule && !rule.ended_at ? rule.mode : "",
  };
  return COLUMNS.map((column) => cells[column] ?? (task as unknown as Record<string, string | null>)[column] ?? "");
}

export async function exportCsv(): Promise<string> {
  const [current, series] = await Promise.all([allTasks(false), everything(recurring.list)]);
  const rules = new Map(series.map((each) => [each.id, each]));
  return formatCsv([[...COLUMNS], ...current.map((task) => csvRow(task, rules))]);
}

export function download(text: string, name: string, type: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
