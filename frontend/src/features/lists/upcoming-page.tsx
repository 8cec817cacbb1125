"use client";
import { Plus } from "lucide-react";
import { useMemo, useState } from "react";
import { useI18n } from "@/shared/i18n";
import { daysBetween, formatDate } from "@/shared/lib/dates";
import { IconButton } from "@/shared/ui/button";
import { openDialog } from "@/shared/ui/dialogs";
import { PageHeader } from "@/shared/ui/page-header";
import { TaskList } from "@/features/tasks/components/task-list";
import { dayLabel } from "@/features/tasks/due";
import { useOpenTasks } from "@/features/tasks/queries";
import { useViewContext } from "@/features/tasks/use-rows";
import { upcomingRows, type Section } from "@/features/tasks/views";
import { ListFrame } from "./list-frame";
import { SectionTitle } from "./section-title";
import { WeekStrip } from "./week-strip";

/** The days ahead, one after another. */
export function UpcomingPage() {
  const { t, locale } = useI18n();
  const { tasks, ...state } = useOpenTasks();
  const context = useViewContext();
  const rows = useMemo(() => upcomingRows(tasks, context), [tasks, context]);
  const counts = useMemo(() => new Map(rows.flatMap((row) => (row.type === "section" ? [[row.section.day!, row.section.count] as const] : []))), [rows]);
  const [day, setDay] = useState<string | null>(null);

  const renderSection = (section: Section) => {
    const distance = daysBetween(context.today, section.day!);
    const date = formatDate(section.day!, locale, { day: "numeric", month: "long", ...(distance > 300 && { year: "numeric" }) });
    const name = distance < 7 ? dayLabel(section.day!, context.today, t, locale) : formatDate(section.day!, locale, { weekday: "long" });
    return (
      <SectionTitle title={name} note={date} count={section.count}>
        <IconButton icon={Plus} size={15} label={t("list.addOn", { day: formatDate(section.day!, locale, { weekday: "long", day: "numeric", month: "long" }) })} onClick={() => openDialog("quick-add", { due_on: section.day })} className="-my-1" />
      </SectionTitle>
    );
  };

  return (
    <>
      <PageHeader title={t("nav.upcoming")} note={formatDate(day ?? context.today, locale, { month: "long", year: "numeric" })} />
      <WeekStrip today={context.today} counts={counts} selected={day} onSelect={setDay} />
      <ListFrame {...state} isEmpty={false} empty={null}>
        <TaskList rows={rows} label={t("nav.upcoming")} renderSection={renderSection} sectionHeight={48} hideDay="each" scrollKey={day && `s:${day}`} />
      </ListFrame>
    </>
  );
}
