"use client";
/** Who changed what and when, newest first. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { History } from "lucide-react";
import { useState } from "react";
import { audit } from "@/shared/api/endpoints";
import { useI18n } from "@/shared/i18n";
import { addDays, instantOf, wallTime } from "@/shared/lib/dates";
import { Button } from "@/shared/ui/button";
import { EmptyState, RowSkeletons } from "@/shared/ui/empty";
import { PageHeader } from "@/shared/ui/page-header";
import { dayLabel } from "@/features/tasks/due";
import { useToday, useZone } from "@/features/tasks/zone";
import { ActivityEntry } from "./activity-entry";

const TYPES = ["task.created", "task.updated", "task.completed", "task.reopened", "task.deleted", "task.restored"] as const;
const SPANS = [1, 7, 30] as const;

export function ActivityPage() {
  const { t, locale } = useI18n();
  const zone = useZone();
  const today = useToday();
  const [type, setType] = useState("");
  const [days, setDays] = useState(0);
  const filter = { type: type || undefined, since: days ? instantOf(`${addDays(today, 1 - days)}T00:00`, zone).toISOString() : undefined };
  const { data, isPending, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ["audit", filter],
    queryFn: ({ pageParam }) => audit.list({ ...filter, limit: 50, cursor: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
  const groups = new Map<string, NonNullable<typeof data>["pages"][number]["items"]>();
  for (const entry of data?.pages.flatMap((page) => page.items) ?? []) {
    const day = wallTime(entry.occurred_at, zone).slice(0, 10);
    groups.set(day, [...(groups.get(day) ?? []), entry]);
  }
  return (
    <>
      <PageHeader title={t("nav.activity")}>
        <select aria-label={t("activity.type")} className="field w-auto max-w-40" value={type} onChange={(event) => setType(event.target.value)}>
          <option value="">{t("activity.allTypes")}</option>
          {TYPES.map((each) => <option key={each} value={each}>{t(`event.${each}`)}</option>)}
        </select>
        <select aria-label={t("activity.span")} className="field w-auto" value={days} onChange={(event) => setDays(Number(event.target.value))}>
          <option value={0}>{t("activity.allTime")}</option>
          {SPANS.map((each) => <option key={each} value={each}>{t("activity.days", { count: each })}</option>)}
        </select>
      </PageHeader>
      <div className="mx-auto max-w-3xl px-1 sm:px-5">
        {isPending ? <RowSkeletons /> : error && !data ? <EmptyState icon={History} title={t("error.loadTitle")}><Button onClick={() => void refetch()}>{t("status.retry")}</Button></EmptyState> : !groups.size ? (
          <EmptyState icon={History} title={t("empty.activityTitle")} text={t("empty.activityText")} />
        ) : (
          [...groups].map(([day, entries]) => (
            <section key={day} className="mb-4">
              <h2 className="px-3 pt-3 pb-1 text-[0.8125rem] font-semibold">{dayLabel(day, today, t, locale)}</h2>
              <ul>{entries.map((entry) => <ActivityEntry key={entry.id} entry={entry} />)}</ul>
            </section>
          ))
        )}
        {hasNextPage && <div className="flex justify-center py-4"><Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>{t("list.more")}</Button></div>}
      </div>
    </>
  );
}
