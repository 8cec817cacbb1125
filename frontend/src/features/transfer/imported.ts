/** A task on its way in, whatever file it comes from, and the limits a task has (shared/domain/task.py). */
import { PRIORITIES, type Priority, type RecurringInput, type Reminder, type TagColor, type TaskInput } from "@/shared/api/types";

export interface ImportedTask extends TaskInput {
  title: string;
  completed: boolean;
  /** Position of the parent in the list; a parent stands before its children. */
  parent: number | null;
  /** A date in words (Todoist), for the server's grammar, and the language they are in. */
  words?: string;
  language?: string;
  repeat?: Required<Pick<RecurringInput, "rrule" | "mode">> & Pick<RecurringInput, "dtstart" | "time_zone">;
}
export type Source = "csv" | "json" | "todoist";
export interface Found {
  source: Source;
  tasks: ImportedTask[];
  /** Colours of tags, made before the tasks that carry them. */
  tags?: { name: string; color: TagColor }[];
  /** Rows without a title. */
  untitled: number;
  /** Sub-tasks deeper than three levels, which move up to the third. */
  flattened: number;
}
export class UnreadableFile extends Error {}

export const MOST_LEVELS = 3;
const MOST_REMINDERS = 10;

export const cleanTitle = (title: string) => title.replace(/[\p{Cc}\s]+/gu, " ").trim().slice(0, 500);
export const cleanNotes = (notes: string | null | undefined) => notes?.replace(/\r\n?/g, "\n").slice(0, 20_000).trim() || undefined;
export function cleanTags(tags: readonly string[]): string[] | undefined {
  const clean = tags.map((tag) => tag.replace(/[",\p{Cc}]/gu, " ").replace(/\s+/g, " ").trim().replace(/^#+/, "").slice(0, 50).trim()).filter(Boolean);
  return clean.length ? [...new Set(clean)].slice(0, 50) : undefined;
}
export const dateOf = (text: string | null | undefined) => (text && /^\d{4}-\d\d-\d\d$/.test(text.trim()) && !Number.isNaN(Date.parse(text)) ? text.trim() : undefined);
export const instantOf = (text: string | null | undefined) => (text && /\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(Date.parse(text)) ? text : undefined);
export const priorityOf = (text: string | null | undefined): Priority => PRIORITIES.find((each) => each === text?.trim().toLowerCase()) ?? "none";
export const remindersOf = (given: readonly Reminder[] | undefined) => {
  const known = given?.flatMap(({ minutes_before, at }): Reminder[] => (at ? [{ at }] : typeof minutes_before === "number" ? [{ minutes_before }] : [])).slice(0, MOST_REMINDERS);
  return known?.length ? known : undefined;
};
