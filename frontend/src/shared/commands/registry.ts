/** The commands of the page. Features register theirs once, at start. */
import { createStore } from "@/shared/lib/store";
import type { Command } from "./types";

export const commandStore = createStore<readonly Command[]>([]);

export function registerCommands(commands: Command[]): () => void {
  const taken = new Set(commandStore.get().map((command) => command.id));
  for (const command of commands) if (taken.has(command.id)) throw new Error(`Command ${command.id} exists twice`);
  commandStore.set((all) => [...all, ...commands]);
  return () => commandStore.set((all) => all.filter((command) => !commands.includes(command)));
}

const isMac = () => typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.platform);
const NAMES: Record<string, string> = { ArrowUp: "↑", ArrowDown: "↓", Enter: "↵", Escape: "Esc", Delete: "Del", Backspace: "⌫", Slash: "/" };

/** "$mod+k" → ["⌘", "K"], "g t" → ["G", "T"]. */
export function keyCaps(keys: string): string[] {
  return keys.split(" ").flatMap((press) =>
    press.split("+").map((key) => {
      if (key === "$mod") return isMac() ? "⌘" : "Ctrl";
      if (key === "Shift") return isMac() ? "⇧" : "Shift";
      if (key === "Alt") return isMac() ? "⌥" : "Alt";
      return NAMES[key] ?? (key.length === 1 ? key.toUpperCase() : key);
    }),
  );
}
export const keyText = (keys: string) => keyCaps(keys).join(keys.includes(" ") ? " " : isMac() ? "" : "+");
