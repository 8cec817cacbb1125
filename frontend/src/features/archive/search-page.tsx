"use client";
/** Search over everything, completed tasks included, with filters and sorting. The address holds it all. */
import { Braces, Search, SearchX } from "lucide-react";
import { useSearchParams } from "next/navigation";
import { memo, Suspense, useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import type { Task, TaskQuery } from "@/shared/api/types";
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

/** The server is asked, and the address written (for which the router draws the page anew), after a pause and not for each letter. */
const PAUSE_MS = 180;

/** A typed letter draws the field alone; filters and results follow when they are ready. */
function Results() {
  const { t } = useI18n();
  const { state, paused, change } = useSearchState();
  const shown = useDeferredValue(state);
  const settled = useDeferredValue(paused);
  const query: TaskQuery = useMemo(() => toQuery(settled), [settled]);
  const empty = isEmptySearch(settled);
  const list = useTaskList(query, { enabled: !empty });
  const problem = filterProblem(list.isFetching ? null : list.error, settled.q, t);
  const shownTotal = !empty && !problem && !list.isPlaceholderData ? list.total : undefined;
  const typed = useCallback((text: string) => change((now) => ({ ...now, q: text })), [change]);
  const more = useRef(() => {});
  more.current = () => list.hasNextPage && !list.isFetchingNextPage && void list.fetchNextPage();
  const onEndReached = useCallback(() => more.current(), []);

  return (
    <>
      <PageHeader title={t("nav.search")} note={<span role="status">{shownTotal === undefined ? "" : t("search.found", { count: shownTotal })}</span>} />
      <div className="sticky top-14 z-[5] flex flex-col gap-2.5 bg-bg/95 px-4 pb-3 backdrop-blur-sm sm:px-8">
        <SearchBar value={state.q} problem={problem} onChange={typed} />
        <Filters state={shown} onChange={change} />
      </div>
      {empty ? (
        <EmptyState icon={Search} title={t("empty.searchTitle")} text={t("empty.searchText")}>
          <SearchHelp onAdd={typed} />
        </EmptyState>
      ) : problem ? (
        <EmptyState icon={SearchX} title={t("search.filterOn")}><SearchHelp onAdd={typed} /></EmptyState>
      ) : (
        <Found tasks={list.tasks} isPending={list.isPending} error={list.error} refetch={list.refetch} isOld={list.isPlaceholderData} onChange={change} onEndReached={onEndReached} />
      )}
    </>
  );
}

const Filters = memo(function Filters({ state, onChange }: { state: SearchState; onChange: (state: SearchState) => void }) {
  const { t } = useI18n();
  const filtering = isFilterText(state.q);
  return (
    <div className="flex flex-wrap items-center gap-1.5">
      {filtering ? <span className="inline-flex h-7.5 items-center gap-1.5 rounded-full bg-accent-soft px-3 text-[0.8125rem] text-accent-text"><Braces aria-hidden size={14} /> {t("search.filterOn")}</span> : <FilterPanel state={state} onChange={onChange} />}
      <SortDropdown state={state} filtering={filtering} onChange={onChange} />
    </div>
  );
});

interface FoundProps { tasks: Task[]; isPending: boolean; error: Error | null; refetch: () => void; isOld: boolean; onChange: (state: SearchState) => void; onEndReached: () => void }

const Found = memo(function Found({ tasks, isOld, onChange, onEndReached, ...state }: FoundProps) {
  const { t } = useI18n();
  const rows = useMemo(() => tasks.filter((task) => !task.deleted_at).map((task): Row => ({ type: "task", key: task.id, task })), [tasks]);
  return (
    <ListFrame
      {...state}
      isEmpty={!rows.length}
      empty={<EmptyState icon={SearchX} title={t("empty.nothingTitle")} text={t("empty.nothingText")}><Button onClick={() => onChange(fromAddress(new URLSearchParams()))}>{t("search.clear")}</Button></EmptyState>}
    >
      <div className={cx("transition-opacity", isOld && "opacity-60")}>
        <TaskList rows={rows} label={t("search.results")} onEndReached={onEndReached} />
      </div>
    </ListFrame>
  );
});

/** The search in the address: it survives a reload, and Back from a task. */
function useSearchState() {
  const params = useSearchParams();
  const [state, setState] = useState<SearchState>(() => fromAddress(params));
  const written = useRef<string | null>(null);
  const q = params.get("q");
  useEffect(() => {
    // What was written from here is older than what has been typed since.
    if (written.current !== params.toString()) setState(fromAddress(params));
  }, [q, params]);
  const paused = useDebounced(state, PAUSE_MS);
  useEffect(() => {
    const url = new URL(location.href);
    const task = url.searchParams.get("task");
    const next = toAddress(paused);
    if (toAddress(fromAddress(url.searchParams)) === next) return;
    url.search = next;
    if (task) url.searchParams.set("task", task);
    written.current = url.searchParams.toString();
    history.replaceState(null, "", url);
  }, [paused]);
  return { state, paused, change: setState };
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
