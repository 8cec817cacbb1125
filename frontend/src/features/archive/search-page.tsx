"use client";
/** Search over everything, completed tasks included, with filters and sorting. The address holds it all. */
import { Search, SearchX } from "lucide-react";
import { useSearchParams } from "next/navigation";
import { Suspense, useDeferredValue, useEffect, useMemo, useState } from "react";
import type { TaskQuery } from "@/shared/api/types";
import { useI18n } from "@/shared/i18n";
import { Button } from "@/shared/ui/button";
import { EmptyState } from "@/shared/ui/empty";
import { PageHeader } from "@/shared/ui/page-header";
import { ListFrame } from "@/features/lists/list-frame";
import { TaskList } from "@/features/tasks/components/task-list";
import { useTaskList } from "@/features/tasks/queries";
import type { Row } from "@/features/tasks/views";
import { FilterPanel, SortDropdown } from "./filter-panel";
import { fromAddress, isEmptySearch, toAddress, toQuery, type SearchState } from "./search-state";
import { SearchBar } from "./search-bar";

function Results() {
  const { t } = useI18n();
  const params = useSearchParams();
  const [state, setState] = useState<SearchState>(() => fromAddress(params));
  const q = params.get("q");
  useEffect(() => setState(fromAddress(params)), [q, params]);

  const change = (next: SearchState) => {
    setState(next);
    const url = new URL(location.href);
    const task = url.searchParams.get("task");
    url.search = toAddress(next);
    if (task) url.searchParams.set("task", task);
    history.replaceState(null, "", url);
  };

  const deferred = useDeferredValue(useDebounced(state, 180));
  const query: TaskQuery = useMemo(() => toQuery(deferred), [deferred]);
  const empty = isEmptySearch(deferred);
  const list = useTaskList(query, { enabled: !empty });
  const rows = useMemo(() => list.tasks.filter((task) => !task.deleted_at).map((task): Row => ({ type: "task", key: task.id, task })), [list.tasks]);

  return (
    <>
      <PageHeader title={t("nav.search")} note={!empty && list.total !== undefined ? t("search.found", { count: list.total }) : undefined} />
      <div className="sticky top-14 z-[5] flex flex-col gap-2.5 bg-bg/95 px-4 pb-3 backdrop-blur-sm sm:px-8">
        <SearchBar value={state.q} onChange={(text) => change({ ...state, q: text })} />
        <div className="flex flex-wrap items-center gap-1.5">
          <FilterPanel state={state} onChange={change} />
          <SortDropdown state={state} onChange={change} />
        </div>
      </div>
      {empty ? (
        <EmptyState icon={Search} title={t("empty.searchTitle")} text={t("empty.searchText")} />
      ) : (
        <ListFrame
          isPending={list.isPending}
          error={list.data ? null : list.error}
          refetch={list.refetch}
          isEmpty={!rows.length}
          empty={<EmptyState icon={SearchX} title={t("empty.nothingTitle")} text={t("empty.nothingText")}><Button onClick={() => change(fromAddress(new URLSearchParams()))}>{t("search.clear")}</Button></EmptyState>}
        >
          <TaskList rows={rows} label={t("search.results")} onEndReached={() => list.hasNextPage && !list.isFetchingNextPage && void list.fetchNextPage()} />
        </ListFrame>
      )}
    </>
  );
}

function useDebounced<T>(value: T, wait: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), wait);
    return () => clearTimeout(timer);
  }, [value, wait]);
  return settled;
}

export const SearchPage = () => <Suspense><Results /></Suspense>;
