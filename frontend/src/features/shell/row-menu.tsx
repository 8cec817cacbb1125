"use client";
import { useState } from "react";
import { useI18n } from "@/shared/i18n";
import { useStore } from "@/shared/lib/store";
import { MenuPanel } from "@/shared/ui/menu";
import { focusTitle } from "@/features/tasks/navigation";
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
    <MenuPanel label={t("task.menu")} at={{ left: at.x, right: at.x, top: at.y, bottom: at.y }} onClose={() => rowMenu.set(null)} onReturnFocus={focusTitle} className="min-w-56">
      <TaskCommands context={context} />
    </MenuPanel>
  );
}
