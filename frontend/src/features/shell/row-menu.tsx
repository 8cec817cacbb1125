"use client";
import * as Radix from "@radix-ui/react-dropdown-menu";
import { useState } from "react";
import { useI18n } from "@/shared/i18n";
import { useStore } from "@/shared/lib/store";
import { MENU_PANEL } from "@/shared/ui/menu";
import { navigation } from "@/features/tasks/navigation";
import { rowMenu } from "@/features/tasks/row-menu";
import { TaskCommands } from "./task-commands";
import { commandContext } from "./command-context";

/** The commands of the row that was pointed at, or of all selected rows. */
export default function RowMenu() {
  const { t } = useI18n();
  const at = useStore(rowMenu);
  const [context] = useState(commandContext);
  if (!at) return null;
  return (
    <Radix.Root open modal={false} onOpenChange={(open) => !open && rowMenu.set(null)}>
      <Radix.Trigger asChild><span aria-hidden className="fixed size-0" style={{ left: at.x, top: at.y }} /></Radix.Trigger>
      <Radix.Portal container={document.getElementById("content")}>
        <Radix.Content
          align="start"
          collisionPadding={8}
          aria-label={t("task.menu")}
          className={`${MENU_PANEL} min-w-56`}
          onCloseAutoFocus={(event) => { event.preventDefault(); navigation.set((state) => ({ ...state, request: state.request + 1 })); }}
        >
          <TaskCommands context={context} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
