"use client";
/** All series: what repeats, how, and when next. */
import { Ellipsis, Pause, Play, Repeat2, SkipForward, Square } from "lucide-react";
import { recurring as api } from "@/shared/api/endpoints";
import type { RecurringTask } from "@/shared/api/types";
import { useI18n } from "@/shared/i18n";
import { formatDate, formatWall } from "@/shared/lib/dates";
import { Button, IconButton } from "@/shared/ui/button";
import { openDialog } from "@/shared/ui/dialogs";
import { EmptyState, RowSkeletons } from "@/shared/ui/empty";
import { Menu, MenuItem, MenuLine } from "@/shared/ui/menu";
import { PageHeader } from "@/shared/ui/page-header";
import { notify } from "@/shared/ui/toast";
import { useSeriesList, useSeriesMutation } from "./queries";

export function RecurringPage() {
  const { t } = useI18n();
  const { data, isPending, error, refetch, hasNextPage, fetchNextPage } = useSeriesList();
  const series = data?.pages.flatMap((page) => page.items) ?? [];
  const running = series.filter((each) => !each.ended_at);
  return (
    <>
      <PageHeader title={t("nav.recurring")} note={running.length || undefined} />
      {isPending ? <RowSkeletons /> : error && !data ? <EmptyState icon={Repeat2} title={t("error.loadTitle")}><Button onClick={() => void refetch()}>{t("status.retry")}</Button></EmptyState> : !running.length ? (
        <EmptyState icon={Repeat2} title={t("empty.recurringTitle")} text={t("empty.recurringText")}>
          <Button variant="primary" onClick={() => openDialog("quick-add", { text: t("empty.recurringSample") })}>{t("command.add")}</Button>
        </EmptyState>
      ) : (
        <ul className="mx-1 sm:mx-2">{running.map((each) => <Series key={each.id} series={each} />)}</ul>
      )}
      {hasNextPage && <div className="flex justify-center py-4"><Button onClick={() => void fetchNextPage()}>{t("list.more")}</Button></div>}
    </>
  );
}

function Series({ series }: { series: RecurringTask }) {
  const { t, locale } = useI18n();
  const act = useSeriesMutation((action: "pause" | "resume" | "skip" | "end") => api.act(series.id, action));
  const run = (action: "pause" | "resume" | "skip" | "end") => act.mutate(action, { onError: (error) => notify.error(t("error.notSaved"), error.message) });
  const next = series.next_occurrence?.local;
  return (
    <li className="group flex min-h-14 items-center gap-3 rounded-lg px-3 hover:bg-hover sm:px-6">
      <Repeat2 aria-hidden size={16} className={series.paused_at ? "text-faint" : "text-accent-text"} />
      <div className="min-w-0 flex-1 py-2">
        <p className="truncate">{series.template.title}</p>
        <p className="truncate text-[0.8125rem] text-faint">{series.description}{series.mode === "completion" && ` · ${t("recurring.mode.completion")}`}</p>
      </div>
      <span className="shrink-0 text-right text-[0.8125rem] text-muted tabular-nums">
        {series.paused_at ? t("recurring.paused") : next ? (next.length > 10 && !next.includes("T00:00") ? formatWall(next, locale) : formatDate(next.slice(0, 10), locale, { weekday: "short", day: "numeric", month: "short" })) : ""}
      </span>
      <Menu trigger={<IconButton icon={Ellipsis} label={t("recurring.actions", { title: series.template.title })} />}>
        {series.paused_at ? <MenuItem icon={Play} onSelect={() => run("resume")}>{t("recurring.resume")}</MenuItem> : <MenuItem icon={Pause} onSelect={() => run("pause")}>{t("recurring.pause")}</MenuItem>}
        <MenuItem icon={SkipForward} onSelect={() => run("skip")}>{t("recurring.skip")}</MenuItem>
        <MenuLine />
        <MenuItem icon={Square} danger onSelect={() => openDialog("confirm", { title: t("recurring.endTitle", { title: series.template.title }), text: t("recurring.endText"), action: t("recurring.end"), run: () => run("end") })}>{t("recurring.end")}</MenuItem>
      </Menu>
    </li>
  );
}
