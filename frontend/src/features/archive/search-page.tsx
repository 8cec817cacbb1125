"use client";
/** Search over everything, completed tasks included, with filters and sorting. The address holds it all. */
import { Braces, Search, SearchX } from "lucide-react";
import { useSearchParams } from "next/navigation";
import { Suspense, useDeferredValue, useEffect, useMemo, useState } from "react";
import type { TaskQuery } from "@/shared/api/types";
import { useI18n } from "@/shared/i18n";
import { cx } from "@/shared/lib/cx";
import { Button } from "@/shared/ui/button";
import { EmptyState } from "@/shared/ui/empty";
import { PageHeader } from "@/shared/ui/page-header";
import { ListFrame } from "@/features/lists/list-frame";
import { TaskList } from "@/features/tasks/components/task-list";
import { useTaskList } from "@/features/tasks/queries";
import type { Row } from "@/features/tasks/views";
import { filterProblem } from "./filter-error";
import { FilterPanel, SortDropdown } from "./filter-panel";
import { SearchBar } from "./search-bar";
import { SearchHelp } from "./search-help";
import { fromAddress, isEmptySearch, isFilterText, toAddress, toQuery, type SearchState } from "./search-state";

function Results() {
  const { t } = useI18n();
  const { state, change } = useSearchState();
  const deferred = useDeferredValue(useDebounced(state, 180));
  const query: TaskQuery = useMemo(() => toQuery(deferred), [deferred]);
  const empty = isEmptySearch(deferred);
  const list = useTaskList(query, { enabled: !empty });
  const rows = useMemo(() => list.tasks.filter((task) => !task.deleted_at).map((task): Row => ({ type: "task", key: task.id, task })), [list.tasks]);
  const problem = filterProblem(list.isFetching ? null : list.error, deferred.q, t);
  const filtering = isFilterText(state.q);
  const shownTotal = !empty && !problem && !list.isPlaceholderData ? list.total : undefined;

  return (
    <>
      <PageHeader title={t("nav.search")} note={<span role="status">{shownTotal === undefined ? "" : t("search.found", { count: shownTotal })}</span>} />
      <div className="sticky top-14 z-[5] flex flex-col gap-2.5 bg-bg/95 px-4 pb-3 backdrop-blur-sm sm:px-8">
        <SearchBar value={state.q} problem={problem} onChange={(text) => change({ ...state, q: text })} />
        <div className="flex flex-wrap items-center gap-1.5">
          {filtering ? <span className="inline-flex h-7.5 items-center gap-1.5 rounded-full bg-accent-soft px-3 text-[0.8125rem] text-accent-text"><Braces aria-hidden size={14} /> {t("search.filterOn")}</span> : <FilterPanel state={state} onChange={change} />}
          <SortDropdown state={state} filtering={filtering} onChange={change} />
        </div>
      </div>
      {empty ? (
        <EmptyState icon={Search} title={t("empty.searchTitle")} text={t("empty.searchText")}>
          <SearchHelp onAdd={(text) => change({ ...state, q: text })} />
        </EmptyState>
      ) : problem ? (
        <EmptyState icon={SearchX} title={t("search.filterOn")}><SearchHelp onAdd={(text) => change({ ...state, q: text })} /></EmptyState>
      ) : (
        <ListFrame
          isPending={list.isPending}
          error={list.error}
          refetch={list.refetch}
          isEmpty={!rows.length}
          empty={<EmptyState icon={SearchX} title={t("empty.nothingTitle")} text={t("empty.nothingText")}><Button onClick={() => change(fromAddress(new URLSearchParams()))}>{t("search.clear")}</Button></EmptyState>}
        >
          <div className={cx("transition-opacity", list.isPlaceholderData && "opacity-60")}>
            <TaskList rows={rows} label={t("search.results")} onEndReached={() => list.hasNextPage && !list.isFetchingNextPage && void list.fetchNextPage()} />
          </div>
        </ListFrame>
      )}
    </>
  );
}

/** The search in the address: it survives a reload, and Back from a task. */
function useSearchState() {
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
  return { state, change };
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
