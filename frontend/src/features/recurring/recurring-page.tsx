"use client";
/** All series: what repeats, how, and when next. */
import { ChevronRight, Plus, Repeat2 } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import type { RecurringTask } from "@/shared/api/types";
import { useI18n } from "@/shared/i18n";
import { cx } from "@/shared/lib/cx";
import { Button } from "@/shared/ui/button";
import { openDialog } from "@/shared/ui/dialogs";
import { EmptyState } from "@/shared/ui/empty";
import { PageHeader } from "@/shared/ui/page-header";
import { ListFrame } from "@/features/lists/list-frame";
import { useSeriesList } from "./queries";
import { SeriesRow } from "./series-row";

const SeriesDialog = dynamic(() => import("./series-dialog"), { ssr: false });

export function RecurringPage() {
  const { t } = useI18n();
  const { data, isPending, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useSeriesList();
  const [edited, setEdited] = useState<RecurringTask | null>(null);
  const all = data?.pages.flatMap((page) => page.items) ?? [];
  const running = all.filter((each) => !each.ended_at);
  const ended = all.filter((each) => each.ended_at);
  const add = () => openDialog("quick-add", { text: t("empty.recurringSample") });
  return (
    <>
      <PageHeader title={t("nav.recurring")} note={running.length || undefined}>
        {running.length > 0 && <Button size="sm" icon={Plus} onClick={add}>{t("command.add")}</Button>}
      </PageHeader>
      <ListFrame
        isPending={isPending}
        error={data ? null : error}
        refetch={() => void refetch()}
        isEmpty={!all.length}
        empty={<EmptyState icon={Repeat2} title={t("empty.recurringTitle")} text={t("empty.recurringText")}><Button variant="primary" icon={Plus} onClick={add}>{t("command.add")}</Button></EmptyState>}
      >
        <ul aria-label={t("nav.recurring")} className="mx-1 sm:mx-2">{running.map((each) => <SeriesRow key={each.id} series={each} onEdit={() => setEdited(each)} />)}</ul>
        {ended.length > 0 && <Ended series={ended} />}
        {hasNextPage && <div className="flex justify-center py-4"><Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>{t("list.more")}</Button></div>}
      </ListFrame>
      {edited && <SeriesDialog series={edited} onClose={() => setEdited(null)} />}
    </>
  );
}

function Ended({ series }: { series: RecurringTask[] }) {
  const { t } = useI18n();
  const [open, setOpen] = useState(false);
  return (
    <section className="mx-1 mt-4 sm:mx-2">
      <h2>
        <button type="button" aria-expanded={open} onClick={() => setOpen(!open)} className="flex h-9 items-center gap-2 rounded-md px-3 text-[0.8125rem] font-semibold text-muted hover:bg-hover sm:px-6">
          <ChevronRight aria-hidden size={14} className={cx("transition-transform", open && "rotate-90")} /> {t("recurring.ended")} <span className="font-normal text-faint tabular-nums">{series.length}</span>
        </button>
      </h2>
      {open && <ul aria-label={t("recurring.ended")}>{series.map((each) => <SeriesRow key={each.id} series={each} />)}</ul>}
    </section>
  );
}
