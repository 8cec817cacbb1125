"use client";
import { RotateCcw, Trash2 } from "lucide-react";
import { useI18n } from "@/shared/i18n";
import { formatInstant } from "@/shared/lib/dates";
import { showTask } from "@/shared/lib/location";
import { Button, IconButton } from "@/shared/ui/button";
import { openDialog } from "@/shared/ui/dialogs";
import { EmptyState } from "@/shared/ui/empty";
import { PageHeader } from "@/shared/ui/page-header";
import { ListFrame } from "@/features/lists/list-frame";
import { purgeTasks, restoreTasks } from "@/features/tasks/actions";
import { useTaskList } from "@/features/tasks/queries";
import { useZone } from "@/features/tasks/zone";

/** Deleted tasks: back with a click, or gone for good. */
export function TrashPage() {
  const { t, locale } = useI18n();
  const zone = useZone();
  const list = useTaskList({ trash: true, status: "all", sort: "updated", order: "desc" });
  const tasks = list.tasks.filter((task) => task.deleted_at && task.deleted_at !== "purged");
  const askEmpty = () =>
    openDialog("confirm", { title: t("trash.emptyTitle"), text: t("trash.emptyText", { count: tasks.length }), action: t("trash.emptyAction"), run: () => purgeTasks(tasks) });
  return (
    <>
      <PageHeader title={t("nav.trash")} note={tasks.length ? t("trash.note") : undefined}>
        {tasks.length > 0 && <Button size="sm" variant="danger" onClick={askEmpty}>{t("trash.empty")}</Button>}
      </PageHeader>
      <ListFrame isPending={list.isPending} error={list.data ? null : list.error} refetch={list.refetch} isEmpty={!tasks.length} empty={<EmptyState icon={Trash2} title={t("empty.trashTitle")} text={t("empty.trashText")} />}>
        <ul className="mx-1 sm:mx-2">
          {tasks.map((task) => (
            <li key={task.id} className="flex min-h-11 items-center gap-3 rounded-lg px-3 hover:bg-hover sm:px-6">
              <button type="button" onClick={() => showTask(task.id)} className="min-w-0 flex-1 truncate text-left text-muted">{task.title}</button>
              <span className="shrink-0 text-xs text-faint">{formatInstant(task.deleted_at!, locale, zone, { dateStyle: "medium" })}</span>
              <IconButton icon={RotateCcw} label={t("trash.restoreNamed", { title: task.title })} onClick={() => restoreTasks([task])} />
              <IconButton
                icon={Trash2}
                label={t("trash.purgeNamed", { title: task.title })}
                onClick={() => openDialog("confirm", { title: t("trash.purgeTitle"), text: t("trash.purgeText", { title: task.title }), action: t("trash.purgeAction"), run: () => purgeTasks([task]) })}
              />
            </li>
          ))}
        </ul>
        {list.hasNextPage && <div className="flex justify-center py-4"><Button onClick={() => void list.fetchNextPage()}>{t("list.more")}</Button></div>}
      </ListFrame>
    </>
  );
}
