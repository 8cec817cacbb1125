/** Tasks that were just completed stay in their list for a moment, so that the tick can be seen. */
import { createStore } from "@/shared/lib/store";

const LINGER_MS = 450;
export const leaving = createStore<ReadonlySet<string>>(new Set());

export function markLeaving(ids: string[]): void {
  leaving.set((set) => new Set([...set, ...ids]));
  setTimeout(() => leaving.set((set) => new Set([...set].filter((id) => !ids.includes(id)))), LINGER_MS);
}
