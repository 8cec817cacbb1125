/** Files of other times and programs as tasks to make: our CSV, our JSON, Todoist's CSV. */
import * as z from "zod/mini";
import { PRIORITIES, type Priority, type TaskInput } from "@/shared/api/types";
import { parseCsv, records } from "./csv";

export interface ImportedTask extends TaskInput {
  title: string; completed: boolean;
  /** Position of the parent in the list; a parent stands before its children. */
  parent: number | null;
  /** A date in words (Todoist), for the server's grammar. */
  words?: string;
}
export type Source = "csv" | "json" | "todoist";
export class UnreadableFile extends Error {}

const MOST_LEVELS = 3;
const isDate = (text: string | null | undefined) => (text && /^\d{4}-\d\d-\d\d$/.test(text) ? text : undefined);
const isInstant = (text: string | null | undefined) => (text && !Number.isNaN(Date.parse(text)) ? text : undefined);
const priorityOf = (text: string | null | undefined): Priority => ((PRIORITIES as string[]).includes(text ?? "") ? (text as Priority) : "none");
const clip = (title: string) => title.replace(/\s+/g, " ").trim().slice(0, 500);

const jsonTask = z.object({
  id: z.string(), title: z.string(), notes: z.optional(z.string()), status: z.optional(z.string()), priority: z.optional(z.string()), tags: z.optional(z.array(z.string())),
  due_on: z.optional(z.nullable(z.string())), due_at: z.optional(z.nullable(z.string())), due_tz: z.optional(z.nullable(z.string())), parent_id: z.optional(z.nullable(z.string())),
});
const jsonFile = z.object({ format: z.literal("obsidianlist"), tasks: z.array(jsonTask) });
type Flat = z.infer<typeof jsonTask>;

export function readFile(text: string): { source: Source; tasks: ImportedTask[] } {
  if (text.trimStart().startsWith("{")) {
    try {
      return { source: "json", tasks: nest(jsonFile.parse(JSON.parse(text)).tasks) };
    } catch (error) {
      throw new UnreadableFile((error as Error).message);
    }
  }
  const rows = records(parseCsv(text));
  const columns = Object.keys(rows[0] ?? {});
  if (columns.includes("content") && columns.includes("type")) return { source: "todoist", tasks: todoist(rows) };
  if (!columns.includes("title")) throw new UnreadableFile("no title column");
  const flat = rows.filter((row) => row.title?.trim()).map((row, at): Flat => ({ ...row, id: row.id || `row-${at}`, title: row.title!, tags: (row.tags ?? "").split(",").map((tag) => tag.trim()).filter(Boolean) }));
  return { source: "csv", tasks: nest(flat) };
}

/** Parents before children, by depth first; a parent that is not in the file is left out. */
function nest(flat: Flat[]): ImportedTask[] {
  const ids = new Set(flat.map((task) => task.id));
  const children = new Map<string | null, Flat[]>();
  for (const task of flat) {
    const parent = task.parent_id && ids.has(task.parent_id) && task.parent_id !== task.id ? task.parent_id : null;
    children.set(parent, [...(children.get(parent) ?? []), task]);
  }
  const result: ImportedTask[] = [];
  const place = (task: Flat, parent: number | null, level: number) => {
    const at = result.push(toTask(task, parent)) - 1;
    for (const child of children.get(task.id) ?? []) place(child, level < MOST_LEVELS ? at : parent, level + 1);
  };
  for (const task of children.get(null) ?? []) place(task, null, 1);
  return result;
}

function toTask(task: Flat, parent: number | null): ImportedTask {
  const due_on = isDate(task.due_on);
  const due_at = due_on ? undefined : isInstant(task.due_at);
  return {
    title: clip(task.title) || "–", notes: task.notes?.slice(0, 20_000) || undefined, priority: priorityOf(task.priority), tags: task.tags?.length ? task.tags : undefined,
    due_on, due_at, due_tz: due_at ? (task.due_tz ?? undefined) : undefined, completed: task.status === "completed", parent,
  };
}

/** Source: Todoist's CSV format (TYPE, CONTENT, DESCRIPTION, PRIORITY 1 = highest, INDENT, DATE in words; @label in the content). */
function todoist(rows: Record<string, string>[]): ImportedTask[] {
  const result: ImportedTask[] = [];
  const stack: number[] = [];
  let section: string | undefined;
  for (const row of rows) {
    if (row.type === "section") section = row.content?.trim() || undefined;
    if (row.type === "note" && result.length && row.content) result.at(-1)!.notes = [result.at(-1)!.notes, row.content].filter(Boolean).join("\n\n");
    if (row.type !== "task" || !row.content?.trim()) continue;
    const tags = [...row.content.matchAll(/(?:^|\s)@([\p{L}\p{N}_-]+)/gu)].map((match) => match[1]!);
    if (section) tags.push(section.slice(0, 50));
    const level = Math.min(Math.max(Number(row.indent) || 1, 1), MOST_LEVELS, stack.length + 1);
    stack.length = level - 1;
    const priority: Priority = ({ 1: "urgent", 2: "high", 3: "medium" } as const)[row.priority ?? ""] ?? "none";
    const title = clip(row.content.replace(/(^|\s)@[\p{L}\p{N}_-]+/gu, "$1"));
    const at = result.push({ title: title || clip(row.content), notes: row.description || undefined, priority, tags: tags.length ? tags : undefined, completed: false, parent: stack.at(-1) ?? null, due_on: isDate(row.date?.trim()), words: isDate(row.date?.trim()) ? undefined : row.date?.trim() || undefined }) - 1;
    stack.push(at);
  }
  return result;
}
