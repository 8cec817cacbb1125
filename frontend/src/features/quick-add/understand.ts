/** A typed text as the server understands it: its lines, with what each of them means. */
import { tasks as api } from "@/shared/api/endpoints";
import { ApiError } from "@/shared/api/errors";
import type { ParsedItem, Schemas } from "@/shared/api/types";
import type { NewTask } from "@/features/tasks/actions";
import type { Change, Typed } from "@/features/tasks/outbox";
import { blankTakenBack, titleOf } from "./literal";

/** Where in the field a task stands: its line, with the indented ones behind it, which are its notes. */
export interface Lines { text: string; start: number }
export interface Line extends Lines { item: ParsedItem }
export type Reading = Pick<Schemas["ParseInput"], "time_zone" | "locale" | "typed_at">;

export function linesOf(text: string): Lines[] {
  const lines: Lines[] = [];
  let start = 0;
  for (const line of text.split("\n")) {
    if (line.trim() && (!lines.length || !/^\s/.test(line))) lines.push({ text: line, start });
    else if (lines.length) lines.at(-1)!.text = text.slice(lines.at(-1)!.start, start + line.length);
    start += line.length + 1;
  }
  return lines;
}

export async function understand(text: string, takenBack: readonly string[], reading: Reading, signal?: AbortSignal): Promise<Line[]> {
  const lines = linesOf(text);
  const asked = lines.map((line) => {
    const blanked = blankTakenBack(line.text, takenBack);
    const sent = blanked.trimStart(); // an indented line would be notes
    return { sent, lead: blanked.length - sent.length, changed: blanked !== line.text };
  });
  const sent = asked.flatMap((line) => (line.sent ? [line.sent] : [])).join("\n");
  const { items } = sent ? await api.parse({ text: sent, ...reading }, signal) : { items: [] };
  const unit = codeUnits(sent);
  let offset = 0;
  let answered = 0;
  return lines.map((line, index) => {
    const { sent: own, lead, changed } = asked[index]!;
    const item = own ? items[answered++] : undefined;
    if (!item) return { ...line, item: plainItem(line.text.trim()) };
    const shift = lead - offset;
    offset += own.length + 1;
    const tokens = item.tokens.map((token) => ({ ...token, start: unit(token.start) + shift, end: unit(token.end) + shift }));
    return { ...line, item: { tokens, task: changed ? { ...item.task, title: titleOf(line.text, tokens) } : item.task } };
  });
}

/** What a task gets where its line says nothing else: from the screen it was typed on. */
export type Defaults = Typed["defaults"] & { parent_id?: string | null };

export function withDefaults({ due_on: day, due_at, due_tz, rrule, dtstart, mode, title, notes, priority, tags: named = [], reminders, typed }: NewTask, { tags = [], due_on, parent_id }: Defaults): NewTask {
  const dated = due_at ? { due_at, due_tz } : day ? { due_on: day } : rrule ? {} : { due_on };
  return {
    title, notes, rrule, dtstart, mode, parent_id, typed, ...dated,
    priority: priority === "none" ? undefined : priority,
    tags: [...named, ...tags.filter((tag) => !named.includes(tag))],
    reminders: reminders?.length ? reminders.map(({ minutes_before, at }) => (at ? { at } : { minutes_before })) : undefined,
  };
}

/** A task that was typed without a connection, as the server reads it now that there is one; as it was read here if it refuses. */
export async function readTyped({ typed, input }: Pick<Change, "input"> & { typed: Typed }): Promise<NewTask> {
  const { text, takenBack, defaults, ...reading } = typed;
  const [line] = await understand(text, takenBack, reading).catch((error: unknown) => {
    if (error instanceof ApiError && !error.transient) return [];
    throw error;
  });
  if (!line) return { title: text, ...input };
  return withDefaults({ ...line.item.task, title: line.item.task.title || text.trim() }, { ...defaults, parent_id: input?.parent_id });
}

const plainItem = (title: string): ParsedItem => ({ task: { title, notes: "", priority: "none", tags: [], due_on: null, due_at: null, due_local: null, due_tz: null, rrule: null, dtstart: null, mode: "schedule", reminders: [] }, tokens: [] });

/** The server counts code points, a text field counts UTF-16 units. */
export function codeUnits(text: string): (codePoints: number) => number {
  const points = [...text];
  if (points.length === text.length) return (position) => position;
  const units = [0];
  for (const point of points) units.push(units.at(-1)! + point.length);
  return (position) => units[position] ?? text.length;
}
