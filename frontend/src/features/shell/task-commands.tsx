import { commandStore, keyText } from "@/shared/commands/registry";
import type { CommandContext } from "@/shared/commands/types";
import { useI18n } from "@/shared/i18n";
import { useStore } from "@/shared/lib/store";
import { MenuItem } from "@/shared/ui/menu";

/** The registry's task commands as menu items. */
export function TaskCommands({ context, without = [] }: { context: CommandContext; without?: string[] }) {
  const { t } = useI18n();
  const commands = useStore(commandStore).filter((command) => command.group === "task" && !without.includes(command.id) && command.isVisible?.(context));
  return commands.map((command) => (
    <MenuItem
      key={command.id}
      icon={command.icon}
      danger={command.id === "task.delete"}
      hint={command.keys?.[0] && <kbd aria-hidden className="kbd">{keyText(command.keys[0])}</kbd>}
      onSelect={() => command.run(context)}
    >
      {t(command.labelFor?.(context) ?? command.label)}
    </MenuItem>
  ));
}
