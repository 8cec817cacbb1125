"use client";
import { CircleCheck } from "lucide-react";
import { useMemo } from "react";
import type { Task } from "@/shared/api/types";
import { useI18n } from "@/shared/i18n";
import { formatDate, wallTime } from "@/shared/lib/dates";
import { EmptyState } from "@/shared/ui/empty";
import { PageHeader } from "@/shared/ui/page-header";
import { AddButton, ListFrame } from "@/features/lists/list-frame";
import { SectionTitle } from "@/features/lists/section-title";
import { TaskList } from "@/features/tasks/components/task-list";
import { dayLabel } from "@/features/tasks/due";
import { useTaskList } from "@/features/tasks/queries";
import type { Row } from "@/features/tasks/views";
import { useToday, useZone } from "@/features/tasks/zone";

/** Tasks grouped by the day they were completed on. */
function rowsByDay(tasks: Task[], zone: string): Row[] {
  const days = new Map<string, Task[]>();
  for (const task of tasks) {
    if (task.status !== "completed" || task.deleted_at) continue;
    const day = wallTime(task.completed_at ?? task.updated_at, zone).slice(0, 10);
    days.set(day, [...(days.get(day) ?? []), task]);
  }
  return [...days].flatMap(([day, list]): Row[] => [
    { type: "section", key: `s:${day}`, section: { key: day, kind: "day", day, count: list.length } },
    ...list.map((task): Row => ({ type: "task", key: task.id, task })),
  ]);
}

export function CompletedPage() {
  const { t, locale } = useI18n();
  const zone = useZone();
  const today = useToday();
  const list = useTaskList({ status: "completed", sort: "completed", order: "desc" });
  const rows = useMemo(() => rowsByDay(list.tasks, zone), [list.tasks, zone]);
  return (
    <>
      <PageHeader title={t("nav.completed")} />
      <ListFrame isPending={list.isPending} error={list.data ? null : list.error} refetch={list.refetch} isEmpty={!rows.length} empty={<EmptyState icon={CircleCheck} title={t("empty.completedTitle")} text={t("empty.completedText")}><AddButton /></EmptyState>}>
        <TaskList
          rows={rows}
          label={t("nav.completed")}
          onEndReached={() => list.hasNextPage && !list.isFetchingNextPage && void list.fetchNextPage()}
          renderSection={(section) => <SectionTitle title={dayLabel(section.day!, today, t, locale)} note={formatDate(section.day!, locale, { day: "numeric", month: "long" })} count={section.count} />}
        />
      </ListFrame>
    </>
  );
}
