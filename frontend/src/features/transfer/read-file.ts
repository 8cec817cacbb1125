/** Files of other times and programs as tasks to make: our CSV, our JSON, Todoist's CSV. */
import * as z from "zod/mini";
import { TAG_COLORS, type RecurrenceMode } from "@/shared/api/types";
import { parseCsv, records } from "./csv";
import { cleanNotes, cleanTags, cleanTitle, dateOf, instantOf, MOST_LEVELS, priorityOf, remindersOf, UnreadableFile, type Found, type ImportedTask, type Source } from "./imported";
import { isTodoist, readTodoist } from "./todoist";

const text = z.optional(z.nullable(z.string()));
const flatTask = z.object({
  id: z.string(), title: z.string(), notes: text, status: text, priority: text, tags: z.optional(z.array(z.string())), due_on: text, due_at: text, due_tz: text, parent_id: text, recurring_task_id: text,
  reminders: z.optional(z.array(z.object({ minutes_before: z.optional(z.nullable(z.number())), at: text }))),
  repeat: z.optional(z.object({ rrule: z.string(), mode: z.enum(["schedule", "completion"]), dtstart: text, time_zone: text })),
});
type Flat = z.infer<typeof flatTask>;
const series = z.object({ id: z.string(), rrule: z.string(), dtstart: z.string(), time_zone: z.string(), mode: z.enum(["schedule", "completion"]), ended_at: text });
const tag = z.object({ name: z.string(), color: z.enum(TAG_COLORS) });
const jsonFile = z.object({ format: z.literal("obsidianlist"), tags: z.optional(z.array(tag)), tasks: z.array(flatTask), recurring_tasks: z.optional(z.array(series)) });

export function readFile(content: string): Found {
  if (/^\uFEFF?\s*\{/.test(content)) return readJson(content);
  const rows = records(parseCsv(content));
  const columns = Object.keys(rows[0] ?? {});
  if (isTodoist(columns)) return readTodoist(rows);
  if (!columns.includes("title")) throw new UnreadableFile("no title column");
  return nest("csv", rows.map(fromRow));
}

function readJson(content: string): Found {
  const parsed = z.safeParse(jsonFile, parseJson(content));
  if (!parsed.success) throw new UnreadableFile(parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).slice(0, 3).join("; "));
  const running = new Map((parsed.data.recurring_tasks ?? []).filter((each) => !each.ended_at).map((each) => [each.id, each]));
  const found = nest("json", parsed.data.tasks.map((task) => {
    const rule = task.status !== "completed" && task.recurring_task_id ? running.get(task.recurring_task_id) : undefined;
    return rule ? { ...task, repeat: { rrule: rule.rrule, mode: rule.mode, dtstart: null, time_zone: rule.time_zone } } : task;
  }));
  return { ...found, tags: parsed.data.tags };
}

function parseJson(content: string): unknown {
  try {
    return JSON.parse(content.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw new UnreadableFile(error instanceof Error ? error.message : "");
  }
}

const MODES: readonly RecurrenceMode[] = ["schedule", "completion"];

function fromRow(row: Record<string, string>, at: number): Flat {
  const reminders = (row.reminders ?? "").split(",").map((each) => each.trim()).filter(Boolean).map((each) => (instantOf(each) ? { at: each } : { minutes_before: Number(each) || 0 }));
  const mode = MODES.find((each) => each === row.repeat_mode) ?? "schedule";
  return {
    ...row, id: row.id || `row-${at}`, title: row.title ?? "", tags: (row.tags ?? "").split(","), reminders,
    repeat: row.repeat ? { rrule: row.repeat, mode, dtstart: null, time_zone: row.due_tz || null } : undefined,
  };
}

/** Parents before children, by depth first; a parent that is not in the file is left out. */
function nest(source: Source, flat: Flat[]): Found {
  const titled = flat.filter((task) => cleanTitle(task.title));
  const found: Found = { source, tasks: [], untitled: flat.length - titled.length, flattened: 0 };
  const byId = new Map(titled.map((task) => [task.id, task]));
  const children = new Map<string | null, Flat[]>();
  for (const task of titled) {
    const parent = hangsOnItself(task, byId) ? null : byId.has(task.parent_id ?? "") ? task.parent_id! : null;
    children.set(parent, [...(children.get(parent) ?? []), task]);
  }
  const place = (task: Flat, parent: number | null, level: number) => {
    const at = found.tasks.push(toTask(task, parent)) - 1;
    for (const child of children.get(task.id) ?? []) {
      if (level >= MOST_LEVELS) found.flattened++;
      place(child, level < MOST_LEVELS ? at : parent, level + 1);
    }
  };
  for (const task of children.get(null) ?? []) place(task, null, 1);
  return found;
}

function hangsOnItself(task: Flat, byId: Map<string, Flat>): boolean {
  const seen = new Set<string>();
  for (let each: Flat | undefined = task; each; each = byId.get(each.parent_id ?? "")) {
    if (seen.has(each.id)) return true;
    seen.add(each.id);
  }
  return false;
}

function toTask(task: Flat, parent: number | null): ImportedTask {
  const due_on = dateOf(task.due_on);
  const due_at = due_on ? undefined : instantOf(task.due_at);
  return {
    title: cleanTitle(task.title), notes: cleanNotes(task.notes), priority: priorityOf(task.priority), tags: cleanTags(task.tags ?? []),
    due_on, due_at, due_tz: due_at ? (task.due_tz ?? undefined) : undefined, reminders: remindersOf(task.reminders),
    repeat: task.repeat && { ...task.repeat, dtstart: task.repeat.dtstart ?? undefined, time_zone: task.repeat.time_zone ?? undefined },
    completed: task.status === "completed", parent,
  };
}
