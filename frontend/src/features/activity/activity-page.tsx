"use client";
/** Who changed what and when, newest first. The address holds the filter. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { History, SearchX, X } from "lucide-react";
import { useSearchParams } from "next/navigation";
import { Suspense, useState } from "react";
import { audit } from "@/shared/api/endpoints";
import type { AuditEntry } from "@/shared/api/types";
import { useI18n } from "@/shared/i18n";
import { formatDate, wallTime } from "@/shared/lib/dates";
import { Button } from "@/shared/ui/button";
import { EmptyState } from "@/shared/ui/empty";
import { PageHeader } from "@/shared/ui/page-header";
import { AddButton, ListFrame } from "@/features/lists/list-frame";
import { dayLabel } from "@/features/tasks/due";
import { useTask } from "@/features/tasks/queries";
import { useToday, useZone } from "@/features/tasks/zone";
import { ActivityEntry } from "./activity-entry";
import { fromAddress, NO_ACTIVITY_FILTER, toAddress, toQuery, type ActivityFilter } from "./activity-filter";
import { ActivityFilters } from "./activity-filters";

function Timeline() {
  const { t } = useI18n();
  const zone = useZone();
  const today = useToday();
  const params = useSearchParams();
  const [filter, setFilter] = useState(() => fromAddress(params));
  const change = (next: ActivityFilter) => {
    setFilter(next);
    const url = new URL(location.href);
    const task = url.searchParams.get("task");
    url.search = toAddress(next);
    if (task) url.searchParams.set("task", task);
    history.replaceState(null, "", url);
  };
  const query = toQuery(filter, today, zone);
  const list = useInfiniteQuery({
    queryKey: ["audit", query],
    queryFn: ({ pageParam }) => audit.list({ ...query, limit: 50, cursor: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    // Whoever looks at the trail wants the present one, not that of half a minute ago.
    staleTime: 0,
  });
  const entries = list.data?.pages.flatMap((page) => page.items) ?? [];
  const filtered = toAddress(filter) !== "";
  return (
    <>
      <PageHeader title={t("nav.activity")} />
      <div className="max-w-3xl px-1 sm:px-5">
        <ActivityFilters filter={filter} onChange={change} />
        {filter.of && <OnlyTask id={filter.of} onClear={() => change({ ...filter, of: "" })} />}
        <ListFrame
          isPending={list.isPending}
          error={list.data ? null : list.error}
          refetch={() => void list.refetch()}
          isEmpty={!entries.length}
          empty={filtered
            ? <EmptyState icon={SearchX} title={t("empty.activityFilterTitle")} text={t("empty.activityFilterText")}><Button onClick={() => change(NO_ACTIVITY_FILTER)}>{t("activity.clear")}</Button></EmptyState>
            : <EmptyState icon={History} title={t("empty.activityTitle")} text={t("empty.activityText")}><AddButton /></EmptyState>}
        >
          <Days entries={entries} onOnly={filter.of ? undefined : (of) => change({ ...filter, of })} />
        </ListFrame>
        {list.hasNextPage && <div className="flex justify-center py-4"><Button busy={list.isFetchingNextPage} disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t("list.more")}</Button></div>}
      </div>
    </>
  );
}

function Days({ entries, onOnly }: { entries: AuditEntry[]; onOnly?: (taskId: string) => void }) {
  const { t, locale } = useI18n();
  const zone = useZone();
  const today = useToday();
  const days = new Map<string, AuditEntry[]>();
  for (const entry of entries) {
    const day = wallTime(entry.occurred_at, zone).slice(0, 10);
    days.set(day, [...(days.get(day) ?? []), entry]);
  }
  return [...days].map(([day, ofDay]) => {
    const label = dayLabel(day, today, t, locale);
    const date = formatDate(day, locale, { weekday: "short", day: "numeric", month: "long" });
    return (
      <section key={day} aria-label={label} className="mb-4">
        <h2 className="flex items-baseline gap-2 px-3 pt-3 pb-1 text-[0.8125rem] font-semibold">{label}<span className="font-normal text-faint">{date}</span></h2>
        <ul>{ofDay.map((entry) => <ActivityEntry key={entry.id} entry={entry} onOnly={onOnly} />)}</ul>
      </section>
    );
  });
}

function OnlyTask({ id, onClear }: { id: string; onClear: () => void }) {
  const { t } = useI18n();
  const { task } = useTask(id);
  return (
    <p className="mx-3 mt-3 flex items-center gap-2 rounded-lg bg-accent-soft py-1 pr-1 pl-3 text-[0.8125rem] text-accent-text">
      <span className="min-w-0 flex-1 truncate">{t("activity.ofTask", { title: task?.title ?? "…" })}</span>
      <button type="button" aria-label={t("activity.clear")} onClick={onClear} className="hit grid size-7 place-items-center rounded-md hover:bg-hover"><X aria-hidden size={14} /></button>
    </p>
  );
}

export const ActivityPage = () => <Suspense><Timeline /></Suspense>;
