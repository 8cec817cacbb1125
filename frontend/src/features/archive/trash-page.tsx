"use client";
import { RotateCcw, Trash2 } from "lucide-react";
import { explain } from "@/shared/api/explain";
import type { Task } from "@/shared/api/types";
import { useI18n } from "@/shared/i18n";
import { formatInstant } from "@/shared/lib/dates";
import { showTask } from "@/shared/lib/location";
import { useNow } from "@/shared/lib/now";
import { Button, IconButton } from "@/shared/ui/button";
import { openDialog } from "@/shared/ui/dialogs";
import { EmptyState } from "@/shared/ui/empty";
import { PageHeader } from "@/shared/ui/page-header";
import { notify } from "@/shared/ui/toast";
import { ListFrame } from "@/features/lists/list-frame";
import { purgeTasks, restoreTasks } from "@/features/tasks/actions";
import { useTaskList } from "@/features/tasks/queries";
import { useZone } from "@/features/tasks/zone";
import { emptyTrash } from "./empty-trash";

/** How long housekeeping leaves a deleted task alone. */
const KEPT_DAYS = 30;

/** Deleted tasks: back with a click, or gone for good. */
export function TrashPage() {
  const { t } = useI18n();
  const list = useTaskList({ trash: true, status: "all", sort: "updated", order: "desc", total: true });
  const tasks = list.tasks.filter((task) => task.deleted_at && task.deleted_at !== "purged");
  const askEmpty = () =>
    openDialog("confirm", {
      title: t("trash.emptyTitle"),
      text: t("trash.emptyText", { count: Math.max(list.total ?? 0, tasks.length) }),
      action: t("trash.emptyAction"),
      run: () => emptyTrash().then(() => notify.success(t("trash.emptied")), (error: Error) => notify.error(t("error.notSaved"), explain(error))),
    });
  return (
    <>
      <PageHeader title={t("nav.trash")} note={tasks.length ? (list.total ?? tasks.length) : undefined}>
        {tasks.length > 0 && <Button size="sm" variant="danger" icon={Trash2} onClick={askEmpty}>{t("trash.empty")}</Button>}
      </PageHeader>
      <ListFrame isPending={list.isPending} error={list.data ? null : list.error} refetch={list.refetch} isEmpty={!tasks.length} empty={<EmptyState icon={Trash2} title={t("empty.trashTitle")} text={t("empty.trashText")} />}>
        <p className="px-4 pb-2 text-[0.8125rem] text-faint sm:px-8">{t("trash.explain")}</p>
        <ul aria-label={t("nav.trash")} className="mx-1 sm:mx-2">{tasks.map((task) => <TrashRow key={task.id} task={task} />)}</ul>
        {list.hasNextPage && <div className="flex justify-center py-4"><Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t("list.more")}</Button></div>}
      </ListFrame>
    </>
  );
}

function TrashRow({ task }: { task: Task }) {
  const { t, locale } = useI18n();
  const zone = useZone();
  const now = useNow();
  const left = Math.max(1, Math.ceil(KEPT_DAYS - (now - Date.parse(task.deleted_at!)) / 86_400_000));
  const askPurge = () => openDialog("confirm", { title: t("trash.purgeTitle"), text: t("trash.purgeText", { title: task.title }), action: t("trash.purgeAction"), run: () => purgeTasks([task]) });
  return (
    <li className="flex min-h-11 items-center gap-3 rounded-lg px-3 hover:bg-hover sm:px-6">
      <button type="button" onClick={() => showTask(task.id)} className="min-w-0 flex-1 truncate py-1 text-left text-muted hover:text-fg">{task.title}</button>
      <span className="shrink-0 text-right text-xs text-faint tabular-nums">
        {formatInstant(task.deleted_at!, locale, zone, { dateStyle: "medium" })}
        <span className="max-sm:block"><span className="max-sm:hidden"> · </span>{t("trash.purgeIn", { count: left })}</span>
      </span>
      <IconButton icon={RotateCcw} label={t("trash.restoreNamed", { title: task.title })} onClick={() => restoreTasks([task])} />
      <IconButton icon={Trash2} label={t("trash.purgeNamed", { title: task.title })} onClick={askPurge} />
    </li>
  );
}
