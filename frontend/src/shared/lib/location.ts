/** The opened task in the address (?task=id), changed without a navigation. */
import { createStore, useStore } from "./store";

const read = () => (typeof location === "undefined" ? "" : new URLSearchParams(location.search).get("task") ?? "");
/** Next's router replaces the address without an event, so pages announce their search part here. */
export const openedTask = createStore<string>("");
export const syncOpenedTask = () => openedTask.set(read());
export const useOpenedTask = () => useStore(openedTask);

/** A task made here got its id from the server: the address stays good, and the panel is not drawn anew. */
export function renameTask(from: string, to: string): void {
  const url = new URL(location.href);
  if (url.searchParams.get("task") !== from) return;
  url.searchParams.set("task", to);
  history.replaceState(null, "", url);
}

export function showTask(id: string | null, how: "push" | "replace" = "push"): void {
  const url = new URL(location.href);
  if (id) url.searchParams.set("task", id);
  else url.searchParams.delete("task");
  history[how === "push" ? "pushState" : "replaceState"](null, "", url);
  openedTask.set(id ?? "");
}
