/** The one description of everything a person can trigger: palette, shortcuts, menus and help read it. */
import type { LucideIcon } from "lucide-react";
import type { MessageKey } from "@/shared/i18n";
import type { Task } from "@/shared/api/types";

export const GROUPS = ["task", "create", "go", "list", "app"] as const;
export type CommandGroup = (typeof GROUPS)[number];

export interface CommandContext {
  /** The selected tasks, else the focused or opened one. */
  tasks: Task[];
  go: (path: string) => void;
}

export interface Command {
  id: string;
  label: MessageKey;
  /** What it will do to these tasks, where a menu can say it more exactly. */
  labelFor?: (context: CommandContext) => MessageKey;
  group: CommandGroup;
  icon: LucideIcon;
  /** In tinykeys' notation: "q", "g t", "$mod+k", "Alt+ArrowUp". */
  keys?: string[];
  /** Works while a text field has the focus. */
  whileTyping?: boolean;
  /** More words the palette finds it by. */
  keywords?: MessageKey;
  /** Only in the shortcut list, not in the palette (moving the focus, for instance). */
  hidden?: boolean;
  isVisible?: (context: CommandContext) => boolean;
  run: (context: CommandContext) => void;
}
