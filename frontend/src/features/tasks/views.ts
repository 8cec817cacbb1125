/** From all open tasks to the rows of a list. Pure. */
import { addDays, type CalendarDate } from "@/shared/lib/dates";
import { PRIORITIES, type Priority, type Task } from "@/shared/api/types";
import { dueDay, dueKey } from "./due";
import { localId } from "./outbox";
import { compareRank } from "./rank";

export type LocalSort = "rank" | "due" | "priority" | "created" | "title";
export interface LocalFilter { priorities: Priority[]; tags: string[] }
export const NO_FILTER: LocalFilter = { priorities: [], tags: [] };

export type Section = { key: string; kind: "overdue" | "day" | "none"; day?: CalendarDate; count: number };
export type Row = { type: "task"; key: string; task: Task } | { type: "section"; key: string; section: Section };

export interface ViewContext { zone: string; today: CalendarDate; leaving: ReadonlySet<string> }

/** Open, plus what was ticked off a moment ago. */
export const isListed = (task: Task, leaving: ReadonlySet<string>) => !task.deleted_at && (task.status === "open" || leaving.has(task.id));

const weight = (priority: Priority) => PRIORITIES.indexOf(priority);
const byDue = (zone: string) => (a: Task, b: Task) => {
  const left = dueKey(a, zone);
  const right = dueKey(b, zone);
  return left < right ? -1 : left > right ? 1 : weight(a.priority) - weight(b.priority) || compareRank(a, b);
};

export function sorter(sort: LocalSort, zone: string): (a: Task, b: Task) => number {
  switch (sort) {
    case "due":
      return byDue(zone);
    case "priority":
      return (a, b) => weight(a.priority) - weight(b.priority) || compareRank(a, b);
    case "created":
      return (a, b) => (a.created_at < b.created_at ? 1 : a.created_at > b.created_at ? -1 : compareRank(a, b));
    case "title":
      return (a, b) => a.title.localeCompare(b.title) || compareRank(a, b);
    case "rank":
      return compareRank;
  }
}

export const passes = (task: Task, filter: LocalFilter) =>
  (!filter.priorities.length || filter.priorities.includes(task.priority)) &&
  (!filter.tags.length || task.tags.some((tag) => filter.tags.includes(tag)));

const taskRow = (task: Task): Row => ({ type: "task", key: localId(task.id), task });
const section = (key: string, kind: Section["kind"], tasks: Task[], day?: CalendarDate): Row => ({ type: "section", key: `s:${key}`, section: { key, kind, day, count: tasks.length } });

/** Tasks that stand on their own: no parent, or one that is not in the list any more. */
export function topLevel(tasks: Task[]): Task[] {
  const ids = new Set(tasks.map((task) => task.id));
  return tasks.filter((task) => !task.parent_id || !ids.has(task.parent_id));
}

export function inboxRows(tasks: Task[], context: ViewContext, sort: LocalSort, filter: LocalFilter): Row[] {
  const listed = tasks.filter((task) => isListed(task, context.leaving));
  return topLevel(listed).filter((task) => passes(task, filter)).sort(sorter(sort, context.zone)).map(taskRow);
}

export function tagRows(tasks: Task[], context: ViewContext, tag: string, sort: LocalSort, filter: LocalFilter): Row[] {
  const name = tag.toLowerCase();
  return tasks
    .filter((task) => isListed(task, context.leaving) && task.tags.some((each) => each.toLowerCase() === name) && passes(task, filter))
    .sort(sorter(sort, context.zone))
    .map(taskRow);
}

export function todayRows(tasks: Task[], context: ViewContext): Row[] {
  const due = tasks.filter((task) => isListed(task, context.leaving) && (dueDay(task, context.zone) ?? "9999") <= context.today).sort(byDue(context.zone));
  const late = due.filter((task) => dueDay(task, context.zone)! < context.today);
  const now = due.filter((task) => dueDay(task, context.zone) === context.today);
  return [
    ...(late.length ? [section("overdue", "overdue", late), ...late.map(taskRow)] : []),
    ...(late.length && now.length ? [section(context.today, "day", now, context.today)] : []),
    ...now.map(taskRow),
  ];
}

/** Every day of the next two weeks, then only days that have something. */
export function upcomingRows(tasks: Task[], context: ViewContext, emptyDays = 14): Row[] {
  const days = new Map<CalendarDate, Task[]>();
  for (let day = 0; day < emptyDays; day++) days.set(addDays(context.today, day), []);
  for (const task of tasks) {
    const day = dueDay(task, context.zone);
    if (!day || day < context.today || !isListed(task, context.leaving)) continue;
    const list = days.get(day);
    if (list) list.push(task);
    else days.set(day, [task]);
  }
  return [...days.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([day, list]) => [section(day, "day", list, day), ...list.sort(byDue(context.zone)).map(taskRow)]);
}

export interface Counts { inbox: number; today: number; overdue: number; tags: Map<string, number> }
export function countViews(tasks: Task[], context: ViewContext): Counts {
  const open = tasks.filter((task) => task.status === "open" && !task.deleted_at);
  const counts: Counts = { inbox: topLevel(open).length, today: 0, overdue: 0, tags: new Map() };
  for (const task of open) {
    const day = dueDay(task, context.zone);
    if (day && day <= context.today) counts.today++;
    if (day && day < context.today) counts.overdue++;
    for (const tag of task.tags) counts.tags.set(tag.toLowerCase(), (counts.tags.get(tag.toLowerCase()) ?? 0) + 1);
  }
  return counts;
}
