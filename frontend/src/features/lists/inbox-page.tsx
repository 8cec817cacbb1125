"use client";
import { Inbox } from "lucide-react";
import { useDeferredValue, useEffect, useMemo } from "react";
import { useI18n } from "@/shared/i18n";
import { Button } from "@/shared/ui/button";
import { EmptyState } from "@/shared/ui/empty";
import { PageHeader } from "@/shared/ui/page-header";
import { TaskList } from "@/features/tasks/components/task-list";
import { listMode } from "@/features/tasks/list-mode";
import { useOpenTasks } from "@/features/tasks/queries";
import { useViewContext } from "@/features/tasks/use-rows";
import { inboxRows, NO_FILTER } from "@/features/tasks/views";
import { FilterMenu, isFiltered, SortMenu, useDisplay } from "./display-options";
import { AddButton, AddRow, ListFrame } from "./list-frame";

/** Everything open, in the order it was put in. */
export function InboxPage() {
  const { t, locale } = useI18n();
  const { tasks, ...state } = useOpenTasks();
  const context = useViewContext();
  const { sort, setSort, filter, setFilter } = useDisplay("inbox");
  // The menu shows the choice at once, the list follows.
  const order = useDeferredValue(sort);
  const wanted = useDeferredValue(filter);
  const rows = useMemo(() => inboxRows(tasks, context, order, wanted), [tasks, context, order, wanted]);
  const reorder = order === "rank" && !isFiltered(wanted);
  useReorder(reorder);
  return (
    <>
      <PageHeader title={t("nav.inbox")} note={rows.length ? rows.length.toLocaleString(locale) : undefined}>
        <FilterMenu filter={filter} onChange={setFilter} />
        <SortMenu sort={sort} onChange={setSort} />
      </PageHeader>
      <ListFrame
        {...state}
        isEmpty={!rows.length}
        empty={isFiltered(wanted) ? <NothingMatches onClear={() => setFilter(NO_FILTER)} /> : <EmptyState icon={Inbox} title={t("empty.inboxTitle")} text={t("empty.inboxText")}><AddButton /></EmptyState>}
      >
        <TaskList rows={rows} label={t("nav.inbox")} reorder={reorder} />
        <AddRow />
      </ListFrame>
    </>
  );
}

export function useReorder(reorder: boolean) {
  useEffect(() => {
    listMode.set({ reorder });
    return () => listMode.set({ reorder: false });
  }, [reorder]);
}

export function NothingMatches({ onClear }: { onClear: () => void }) {
  const { t } = useI18n();
  return <EmptyState icon={Inbox} title={t("empty.filterTitle")}><Button onClick={onClear}>{t("filter.clear")}</Button></EmptyState>;
}
