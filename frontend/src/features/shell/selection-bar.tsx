"use client";
import { CalendarDays, CircleCheck, Flag, Tag, Trash2, X } from "lucide-react";
import { useI18n } from "@/shared/i18n";
import { useStore } from "@/shared/lib/store";
import { IconButton } from "@/shared/ui/button";
import { openDialog } from "@/shared/ui/dialogs";
import { deleteTasks, toggleTasks } from "@/features/tasks/actions";
import { clearSelection, navigation } from "@/features/tasks/navigation";
import { commandContext } from "./command-context";

/** What can be done with the selected rows. */
export function SelectionBar() {
  const { t } = useI18n();
  const count = useStore(navigation, (state) => state.selected.size);
  if (!count) return null;
  const tasks = () => commandContext().tasks;
  return (
    <section aria-label={t("list.selectionActions")} className="no-print absolute bottom-5 left-1/2 z-10 flex -translate-x-1/2 animate-pop items-center gap-1 rounded-xl bg-raised py-1.5 pr-1.5 pl-4 shadow-pop max-md:bottom-18">
      <span role="status" className="mr-2 font-medium whitespace-nowrap tabular-nums">{t("list.selectedCount", { count })}</span>
      <IconButton icon={CircleCheck} label={t("command.complete")} hint="E" onClick={() => { toggleTasks(tasks()); clearSelection(); }} />
      <IconButton icon={CalendarDays} label={t("command.due")} hint="T" onClick={() => openDialog("due", { tasks: tasks() })} />
      <IconButton icon={Flag} label={t("command.priority")} hint="1–4" onClick={() => openDialog("priority", { tasks: tasks() })} />
      <IconButton icon={Tag} label={t("command.tags")} hint="L" onClick={() => openDialog("tags", { tasks: tasks() })} />
      <IconButton icon={Trash2} label={t("command.delete")} hint="Del" onClick={() => { deleteTasks(tasks()); clearSelection(); }} />
      <span className="mx-1 h-5 w-px bg-line" />
      <IconButton icon={X} label={t("command.clear")} hint="Esc" onClick={clearSelection} />
    </section>
  );
}
