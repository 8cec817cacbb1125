/** What a command acts on when it is triggered: selection, else focused row, else the opened task. */
import type { CommandContext } from "@/shared/commands/types";
import { openedTask } from "@/shared/lib/location";
import { currentTasks } from "@/features/tasks/actions";
import { navigation } from "@/features/tasks/navigation";

let push: (path: string) => void = () => undefined;
export const setRouter = (next: (path: string) => void) => (push = next);
export const go = (path: string) => push(path);

export function commandContext(): CommandContext {
  const { selected, focusedId } = navigation.get();
  const inPanel = document.activeElement?.closest("[data-task-panel]");
  const ids = selected.size && !inPanel ? [...selected] : inPanel ? [openedTask.get()] : focusedId ? [focusedId] : [openedTask.get()];
  return { tasks: currentTasks(ids.filter(Boolean)), go };
}
