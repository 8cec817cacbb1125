/** Where the menu of a row stands open, if it does: a right click, or a long press on a phone. */
import type { MouseEvent } from "react";
import { createStore } from "@/shared/lib/store";
import { focusTask, navigation } from "./navigation";

export const rowMenu = createStore<{ x: number; y: number } | null>(null);

export function openRowMenu(event: MouseEvent, taskId: string): void {
  // With Shift the browser's own menu comes, for its spelling and link commands.
  if (event.shiftKey) return;
  event.preventDefault();
  const { clientX: x, clientY: y } = event;
  if (!navigation.get().selected.has(taskId)) navigation.set((state) => ({ ...state, selected: new Set() }));
  focusTask(taskId);
  rowMenu.set({ x, y });
}
