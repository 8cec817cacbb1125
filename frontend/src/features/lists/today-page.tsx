"use client";
import { CalendarClock, Sunrise } from "lucide-react";
import { useMemo } from "react";
import { useI18n } from "@/shared/i18n";
import { addDays, formatDate } from "@/shared/lib/dates";
import { EmptyState } from "@/shared/ui/empty";
import { PageHeader } from "@/shared/ui/page-header";
import { setDue } from "@/features/tasks/actions";
import { TaskList } from "@/features/tasks/components/task-list";
import { useOpenTasks } from "@/features/tasks/queries";
import { useViewContext } from "@/features/tasks/use-rows";
import { todayRows, type Section } from "@/features/tasks/views";
import { AddButton, AddRow, ListFrame } from "./list-frame";
import { SectionTitle } from "./section-title";

/** What is due today, with what is late before it. */
export function TodayPage() {
  const { t, locale } = useI18n();
  const { tasks, ...state } = useOpenTasks();
  const context = useViewContext();
  const rows = useMemo(() => todayRows(tasks, context), [tasks, context]);
  const late = rows.flatMap((row) => (row.type === "task" && (row.task.due_on ?? row.task.due_at ?? "") < context.today && row.task.status === "open" ? [row.task] : []));

  const renderSection = (section: Section) =>
    section.kind === "overdue" ? (
      <SectionTitle title={t("task.overdue")} count={section.count} tone="danger">
        <button type="button" onClick={() => setDue(late, { due_on: context.today, due_at: null })} className="hit flex items-center gap-1.5 text-xs font-medium text-accent-text hover:underline">
          <CalendarClock aria-hidden size={13} /> {t("list.rescheduleAll")}
        </button>
      </SectionTitle>
    ) : (
      <SectionTitle title={t("date.today")} count={section.count} />
    );

  return (
    <>
      <PageHeader title={t("nav.today")} note={formatDate(context.today, locale, { weekday: "long", day: "numeric", month: "long" })} />
      <ListFrame
        {...state}
        isEmpty={!rows.length}
        empty={<EmptyState icon={Sunrise} title={t("empty.todayTitle")} text={t("empty.todayText", { day: formatDate(addDays(context.today, 1), locale, { weekday: "long" }) })}><AddButton due_on={context.today} /></EmptyState>}
      >
        <TaskList rows={rows} label={t("nav.today")} renderSection={renderSection} hideDay={context.today} />
        <AddRow due_on={context.today} />
      </ListFrame>
    </>
  );
}
