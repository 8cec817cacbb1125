/** What is searched for, and its form in the address and in the API's query. */
import { PRIORITIES, type Priority, type SortKey, type TaskQuery } from "@/shared/api/types";

export interface SearchState {
  q: string; status: "all" | "open" | "completed"; priorities: Priority[]; tags: string[]; tagMatch: "any" | "all" | "none";
  due: NonNullable<TaskQuery["due"]> | ""; from: string; to: string; sort: SortKey | ""; order: "asc" | "desc" | "";
}

const oneOf = <T extends string>(value: string | null, allowed: readonly T[], fallback: T): T => (allowed.includes(value as T) ? (value as T) : fallback);
export const SORT_KEYS = ["relevance", "due", "priority", "created", "updated", "completed", "title"] as const satisfies SortKey[];
export const DUE_CHOICES = ["overdue", "today", "upcoming", "none", "any"] as const;
export const MOST_CHARACTERS = 500;
const isDate = (text: string | null) => (text && /^\d{4}-\d\d-\d\d$/.test(text) ? text : "");

export const fromAddress = (params: Pick<URLSearchParams, "get" | "getAll">): SearchState => ({
  q: params.get("q") ?? params.get("filter") ?? "",
  status: oneOf(params.get("status"), ["all", "open", "completed"], "all"),
  priorities: params.getAll("priority").filter((each): each is Priority => (PRIORITIES as string[]).includes(each)),
  tags: params.getAll("tag"),
  tagMatch: oneOf(params.get("tag_match"), ["any", "all", "none"], "any"),
  due: oneOf(params.get("due"), ["", ...DUE_CHOICES], ""),
  from: isDate(params.get("from")),
  to: isDate(params.get("to")),
  sort: oneOf(params.get("sort"), ["", ...SORT_KEYS], ""),
  order: oneOf(params.get("order"), ["", "asc", "desc"], ""),
});

export function toAddress(state: SearchState): string {
  const params = new URLSearchParams();
  const set = (name: string, value: string, fallback = "") => value !== fallback && params.set(name, value);
  set("q", state.q);
  set("status", state.status, "all");
  for (const each of state.priorities) params.append("priority", each);
  for (const each of state.tags) params.append("tag", each);
  if (state.tags.length) set("tag_match", state.tagMatch, "any");
  set("due", state.due);
  set("from", state.from);
  set("to", state.to);
  set("sort", state.sort);
  set("order", state.order);
  return params.toString();
}

export const isEmptySearch = (state: SearchState) =>
  !state.q.trim() && state.status === "all" && !state.priorities.length && !state.tags.length && !state.due && !state.from && !state.to;
export const filterCount = (state: SearchState) =>
  Number(state.status !== "all") + Number(state.priorities.length > 0) + Number(state.tags.length > 0) + Number(state.due !== "") + Number(Boolean(state.from || state.to));

/** Whether the text is written in the server's filter language (shared/domain/filters): it names at least one filter. */
export const isFilterText = (text: string) => /(^|[\s-])(status|is|priority|tag|due|completed|parent|no|has)\s*(:|[<>]=?)/i.test(text.replace(/"[^"]*"/g, ""));

export function toQuery(state: SearchState): TaskQuery {
  // The filter language replaces the other filters.
  if (isFilterText(state.q)) return { filter: state.q.trim(), sort: state.sort === "relevance" ? undefined : state.sort || undefined, order: state.order || undefined, total: true };
  const q = state.q.trim().slice(0, MOST_CHARACTERS);
  const sort = state.sort || (q ? "relevance" : "updated");
  return {
    q: q || undefined,
    status: state.status,
    priority: state.priorities.length ? state.priorities : undefined,
    tag: state.tags.length ? state.tags : undefined,
    tag_match: state.tags.length ? state.tagMatch : undefined,
    due: state.due || undefined,
    due_after: state.from || undefined,
    due_before: state.to || undefined,
    sort: sort === "relevance" && !q ? "updated" : sort,
    order: state.order || undefined,
    total: true,
  };
}
