/** Binds the registry's keys to the page. */
import { tinykeys } from "tinykeys";
import { createStore } from "@/shared/lib/store";
import { dialogStore } from "@/shared/ui/dialogs";
import { commandStore } from "./registry";
import type { Command, CommandContext } from "./types";

const KEY = "obsidianlist.single-keys";
/** Single-letter shortcuts can be switched off (WCAG 2.1.4). */
export const singleKeys = createStore(true);
export function setSingleKeys(on: boolean): void {
  localStorage.setItem(KEY, String(on));
  singleKeys.set(on);
}
export const restoreSingleKeys = () => singleKeys.set(localStorage.getItem(KEY) !== "false");

const usesModifier = (keys: string) => /\$mod|Alt|Control|Meta/.test(keys);

export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.matches("textarea, select")) return true;
  return target instanceof HTMLInputElement && !["checkbox", "radio", "button", "submit", "range"].includes(target.type);
}
/** A dialog takes the keys from the moment it was asked for, not from when its code has arrived. */
const inOverlay = () => dialogStore.get() !== null || document.querySelector('[role="dialog"][data-state="open"], [role="menu"][data-state="open"]') !== null;

export function bindShortcuts(context: () => CommandContext): () => void {
  const handler = (command: Command, keys: string) => (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) return;
    if (!usesModifier(keys) && (!singleKeys.get() || event.repeat && keys.includes(" "))) return;
    if (isTyping(event.target) && !command.whileTyping) return;
    if (inOverlay() && !command.whileTyping) return;
    const current = context();
    if (command.isVisible && !command.isVisible(current)) return;
    event.preventDefault();
    command.run(current);
  };
  let unbind = () => {};
  const bind = () => {
    unbind();
    const map: Record<string, (event: KeyboardEvent) => void> = {};
    for (const command of commandStore.get()) {
      for (const keys of command.keys ?? []) {
        const one = handler(command, keys);
        const before = map[keys];
        // Several commands may share a key when only one of them is visible at a time.
        map[keys] = before ? (event) => { before(event); one(event); } : one;
      }
    }
    // Sequences first: "g t" has then taken the key before "t" alone would.
    const sequencesFirst = Object.entries(map).sort(([a], [b]) => b.split(" ").length - a.split(" ").length);
    unbind = tinykeys(window, Object.fromEntries(sequencesFirst), { timeout: 1_500 });
  };
  bind();
  const stop = commandStore.subscribe(bind);
  return () => {
    stop();
    unbind();
  };
}
