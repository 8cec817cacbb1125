/** Which row has the focus and which are selected, for the list on screen and the commands. */
import { createStore } from "@/shared/lib/store";
import { resolveId } from "./outbox";

interface Navigation {
  ids: readonly string[];
  focusedId: string | null;
  selected: ReadonlySet<string>;
  /** Counts up whenever the keyboard asks for the DOM focus to follow. */
  request: number;
}

export const navigation = createStore<Navigation>({ ids: [], focusedId: null, selected: new Set(), request: 0 });

/** Tasks made here get another id when the server has them: focus and selection go along. */
function renamed(state: Navigation): Navigation {
  const changed = (id: string) => resolveId(id) !== id;
  if (!(state.focusedId && changed(state.focusedId)) && ![...state.selected].some(changed) && !state.ids.some(changed)) return state;
  return { ...state, ids: state.ids.map(resolveId), focusedId: state.focusedId && resolveId(state.focusedId), selected: new Set([...state.selected].map(resolveId)) };
}

/** The list on screen changed: the focus stays on its task, or moves to the one that took its place. */
export function setListIds(ids: readonly string[]): void {
  navigation.set((before) => {
    if (before.ids === ids) return before;
    const state = renamed(before);
    const present = new Set(ids);
    const selected = [...state.selected].every((id) => present.has(id)) ? state.selected : new Set([...state.selected].filter((id) => present.has(id)));
    if (!state.focusedId || present.has(state.focusedId)) return { ...state, ids, selected };
    const at = state.ids.indexOf(state.focusedId);
    const focusedId = at < 0 ? null : (ids[Math.min(at, ids.length - 1)] ?? null);
    const followed = document.activeElement === document.body || document.activeElement === null;
    return { ids, selected, focusedId, request: followed && focusedId ? state.request + 1 : state.request };
  });
}

export const focusTask = (id: string | null) => navigation.set((state) => (state.focusedId === id ? state : { ...state, focusedId: id }));

/** Gives the focus back to the row that has it in the list, at once: after a menu, before a dialog that it opens. */
export const focusTitle = () => document.querySelector<HTMLElement>(`[data-task-row="${CSS.escape(navigation.get().focusedId ?? "")}"] [data-title]`)?.focus({ preventScroll: true });

export function moveFocus(step: 1 | -1, extend = false): void {
  navigation.set((state) => {
    if (!state.ids.length) return state;
    const at = state.focusedId ? state.ids.indexOf(state.focusedId) : -1;
    const next = at < 0 ? (step > 0 ? 0 : state.ids.length - 1) : Math.min(Math.max(at + step, 0), state.ids.length - 1);
    const focusedId = state.ids[next]!;
    const selected = extend ? new Set([...state.selected, ...(state.focusedId ? [state.focusedId] : []), focusedId]) : state.selected;
    return { ...state, focusedId, selected, request: state.request + 1 };
  });
}

export function toggleSelected(id: string | null): void {
  if (!id) return;
  navigation.set((state) => {
    const selected = new Set(state.selected);
    if (!selected.delete(id)) selected.add(id);
    return { ...state, selected, focusedId: id };
  });
}

export function selectRange(id: string): void {
  navigation.set((state) => {
    const from = state.focusedId ? state.ids.indexOf(state.focusedId) : 0;
    const to = state.ids.indexOf(id);
    const [low, high] = from < to ? [from, to] : [to, from];
    return { ...state, selected: new Set([...state.selected, ...state.ids.slice(Math.max(low, 0), high + 1)]), focusedId: id };
  });
}
export const selectAll = () => navigation.set((state) => ({ ...state, selected: new Set(state.ids) }));
export const clearSelection = () => navigation.set((state) => (state.selected.size ? { ...state, selected: new Set() } : state));
