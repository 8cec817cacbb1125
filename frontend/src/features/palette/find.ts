/** What the palette offers for a few letters: tasks, commands by group, tags, a search. Pure. */
import type { Tag, Task } from "@/shared/api/types";
import { GROUPS, type Command, type CommandGroup } from "@/shared/commands/types";

export type Entry = { key: string } & ({ task: Task } | { command: Command; label: string } | { tag: Tag } | { text: string });
export interface Section { key: "tasks" | "tags" | "search" | CommandGroup; entries: Entry[] }
export interface Source {
  tasks: { task: Task; text: string }[];
  commands: { command: Command; label: string; text: string }[];
  tags: { tag: Tag; text: string }[];
}

const MOST_TASKS = 8;

/** Word starts count, not letters scattered over a title; `text` is in small letters. */
export function rate(text: string, words: string[]): number {
  if (!words.every((word) => text.includes(word))) return 0;
  const starts = words.filter((word) => text.startsWith(word) || text.includes(` ${word}`)).length;
  // What begins with the first word comes before what has it somewhere.
  return 0.2 + (0.7 * starts) / Math.max(words.length, 1) + (words[0] && text.startsWith(words[0]) ? 0.1 : 0);
}

function rated<T extends { text: string }>(all: T[], words: string[]): { each: T; rating: number }[] {
  return all.map((each) => ({ each, rating: rate(each.text, words) })).filter(({ rating }) => rating > 0).sort((a, b) => b.rating - a.rating);
}

export function find({ tasks, commands, tags }: Source, search: string): Section[] {
  const text = search.trim();
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = text.length < 2 ? [] : rated(tasks, words).slice(0, MOST_TASKS).map(({ each: { task } }): Entry => ({ key: task.id, task }));
  const matching = rated(commands, words);
  const groups = GROUPS.map((group) => matching.filter(({ each }) => each.command.group === group))
    .filter((members) => members.length > 0)
    .sort((a, b) => b[0]!.rating - a[0]!.rating)
    .map((members): Section => ({ key: members[0]!.each.command.group, entries: members.map(({ each: { command, label } }) => ({ key: command.id, command, label })) }));
  const named = text ? rated(tags, text.replace(/^#/, "").toLowerCase().split(/\s+/).filter(Boolean)).map(({ each: { tag } }): Entry => ({ key: tag.id, tag })) : [];
  const sections: Section[] = [{ key: "tasks", entries: found }, ...groups, { key: "tags", entries: named }, { key: "search", entries: text ? [{ key: "search", text }] : [] }];
  return sections.filter(({ entries }) => entries.length > 0);
}

/** Only as many entries as fit on the screen. */
export function firstOf(sections: Section[], count: number): Section[] {
  let left = count;
  return sections.flatMap((section) => {
    const entries = section.entries.slice(0, Math.max(left, 0));
    left -= entries.length;
    return entries.length ? [{ ...section, entries }] : [];
  });
}
