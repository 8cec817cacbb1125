/**
 * Todoist's CSV as tasks.
 *
 * Columns: TYPE (task, section, note, meta), CONTENT (with @labels), DESCRIPTION, PRIORITY (1 = highest), INDENT, DATE in words of
 * DATE_LANG. A section becomes a tag of what stands below it; a note is added to the task before it.
 */
import type { Priority } from "@/shared/api/types";
import { cleanNotes, cleanTags, cleanTitle, dateOf, MOST_LEVELS, type Found, type ImportedTask } from "./imported";

const PRIORITY: Record<string, Priority> = { 1: "urgent", 2: "high", 3: "medium" };
const LABEL = /(^|\s)@([\p{L}\p{N}_-]+)/gu;

export const isTodoist = (columns: string[]) => columns.includes("type") && columns.includes("content");

export function readTodoist(rows: Record<string, string>[]): Found {
  const found: Found = { source: "todoist", tasks: [], untitled: 0, flattened: 0 };
  /** Positions of the tasks the next one may hang on, outermost first. */
  const open: number[] = [];
  let section: string | undefined;
  for (const row of rows) {
    const type = row.type?.toLowerCase();
    const content = row.content?.trim() ?? "";
    if (type === "section") {
      section = content || undefined;
      open.length = 0;
    } else if (type === "note") {
      addNote(found.tasks.at(-1), content);
    } else if (type === "task" && !content) {
      found.untitled++;
    } else if (type === "task") {
      const wanted = Math.max(Number(row.indent) || 1, 1);
      if (wanted > MOST_LEVELS) found.flattened++;
      open.length = Math.min(wanted, MOST_LEVELS, open.length + 1) - 1;
      open.push(found.tasks.push(toTask(row, content, section, open.at(-1) ?? null)) - 1);
    }
  }
  return found;
}

function toTask(row: Record<string, string>, content: string, section: string | undefined, parent: number | null): ImportedTask {
  const labels = [...content.matchAll(LABEL)].map((match) => match[2]!);
  const date = row.date?.trim();
  return {
    title: cleanTitle(content.replace(LABEL, "$1")) || cleanTitle(content),
    notes: cleanNotes(row.description),
    priority: PRIORITY[row.priority?.trim() ?? ""] ?? "none",
    tags: cleanTags(section ? [...labels, section] : labels),
    due_on: dateOf(date),
    words: date && !dateOf(date) ? date : undefined,
    language: row.date_lang?.trim() || undefined,
    completed: false,
    parent,
  };
}

function addNote(task: ImportedTask | undefined, note: string) {
  if (task && note) task.notes = cleanNotes([task.notes, note].filter(Boolean).join("\n\n"));
}
