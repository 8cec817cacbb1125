"use client";
import { ChevronRight, Ellipsis, ListTodo, Pause, Pencil, Play, Repeat2, SkipForward, Square, Trash2 } from "lucide-react";
import { useState } from "react";
import { recurring as api } from "@/shared/api/endpoints";
import { explain } from "@/shared/api/explain";
import type { RecurringTask } from "@/shared/api/types";
import { useI18n } from "@/shared/i18n";
import { cx } from "@/shared/lib/cx";
import { formatInstant, formatOccurrence } from "@/shared/lib/dates";
import { showTask } from "@/shared/lib/location";
import { IconButton } from "@/shared/ui/button";
import { openDialog } from "@/shared/ui/dialogs";
import { Menu, MenuItem, MenuLine } from "@/shared/ui/menu";
import { notify } from "@/shared/ui/toast";
import { PriorityIcon, TagDot } from "@/features/tasks/components/marks";
import { useTagColors } from "@/features/tags/queries";
import { useToday, useZone } from "@/features/tasks/zone";
import { useNextDates, useSeriesMutation } from "./queries";

type Action = "pause" | "resume" | "skip" | "end";
/** The server's words begin in lower case, as inside a sentence. */
const sentence = (words: string) => words.charAt(0).toLocaleUpperCase() + words.slice(1);

export function SeriesRow({ series, onEdit }: { series: RecurringTask; onEdit?: () => void }) {
  const { t, locale } = useI18n();
  const zone = useZone();
  const today = useToday();
  const [open, setOpen] = useState(false);
  const { title, priority = "none", tags = [] } = series.template;
  const next = series.next_occurrence?.local;
  const state = series.ended_at
    ? t("recurring.endedOn", { date: formatInstant(series.ended_at, locale, zone, { dateStyle: "medium" }) })
    : series.paused_at ? t("recurring.paused") : next ? formatOccurrence(next, locale, today.slice(0, 4)) : "";
  const details = [sentence(series.description), series.mode === "completion" && t("recurring.mode.completion"), series.time_zone !== zone && t("recurring.zone", { zone: series.time_zone.replaceAll("_", " ") })].filter(Boolean);
  return (
    <li className="rounded-lg hover:bg-hover">
      <div className="flex min-h-14 items-center gap-3 px-3 sm:px-6">
        <Repeat2 aria-hidden size={16} className={series.paused_at || series.ended_at ? "shrink-0 text-faint" : "shrink-0 text-accent-text"} />
        <button type="button" aria-expanded={open} onClick={() => setOpen(!open)} className="flex min-w-0 flex-1 items-center gap-3 self-stretch py-2 text-left">
          <span className="min-w-0 flex-1">
            <span className="flex items-center gap-2"><span className={cx("truncate font-medium max-sm:line-clamp-2 max-sm:break-words max-sm:whitespace-normal", series.ended_at && "text-muted")}>{title}</span>{priority !== "none" && <PriorityIcon priority={priority} />}<TagDots tags={tags} /></span>
            <span className="block truncate text-[0.8125rem] text-faint max-sm:whitespace-normal">{details.join(" · ")}</span>
          </span>
          <span className={cx("shrink-0 text-right text-[0.8125rem] tabular-nums max-sm:max-w-32", series.paused_at ? "text-warn" : "text-muted")}>{state}</span>
          <ChevronRight aria-hidden size={14} className={cx("shrink-0 text-faint transition-transform", open && "rotate-90")} />
        </button>
        <Actions series={series} onEdit={onEdit} />
      </div>
      {open && <NextDates series={series} />}
    </li>
  );
}

function TagDots({ tags }: { tags: string[] }) {
  const colorOf = useTagColors();
  return tags.map((tag) => <span key={tag} className="flex shrink-0 items-center gap-1 text-xs text-faint max-sm:hidden"><TagDot color={colorOf(tag)} />{tag}</span>);
}

function NextDates({ series }: { series: RecurringTask }) {
  const { t, locale } = useI18n();
  const { data } = useNextDates(series.id, !series.ended_at);
  return (
    <div className="animate-fade px-3 pb-3 pl-10 text-[0.8125rem] text-muted sm:pl-13">
      {series.paused_at && <p className="mb-1 text-warn">{t("recurring.pausedText")}</p>}
      {series.ended_at || data?.items.length === 0 ? <p>{t("recurring.noMore")}</p> : !data ? <div className="skeleton h-3 w-40" /> : (
        <ul aria-label={t("recurring.next")} className="flex flex-col gap-0.5 tabular-nums">{data.items.map((each) => <li key={each.utc}>{formatOccurrence(each.local, locale)}</li>)}</ul>
      )}
    </div>
  );
}

function Actions({ series, onEdit }: { series: RecurringTask; onEdit?: () => void }) {
  const { t, locale } = useI18n();
  const { title } = series.template;
  const act = useSeriesMutation((action: Action) => api.act(series.id, action));
  const remove = useSeriesMutation(() => api.remove(series.id));
  const failed = { onError: (error: Error) => notify.error(t("error.notSaved"), explain(error)) };
  const said = (action: Action, after: RecurringTask) => {
    const next = after.ended_at ? undefined : after.next_occurrence?.local;
    if (action === "skip") return next ? t("recurring.skipped", { date: formatOccurrence(next, locale) }) : t("recurring.skippedLast");
    return t({ pause: "recurring.didPause", resume: "recurring.didResume", end: "recurring.didEnd" }[action] as "recurring.didPause", { title });
  };
  const run = (action: Action) => act.mutate(action, { onSuccess: (after) => notify.success(said(action, after)), ...failed });
  const askEnd = () => openDialog("confirm", { title: t("recurring.endTitle", { title }), text: t("recurring.endText"), action: t("recurring.end"), run: () => run("end") });
  const askDelete = () => openDialog("confirm", { title: t("recurring.deleteTitle", { title }), text: t("recurring.deleteText"), action: t("recurring.delete"), run: () => remove.mutate(undefined, { onSuccess: () => notify.success(t("recurring.deleted")), ...failed }) });
  return (
    <Menu label={t("recurring.actions", { title })} trigger={<IconButton icon={Ellipsis} label={t("recurring.actions", { title })} />}>
      {!series.ended_at && onEdit && <MenuItem icon={Pencil} onSelect={onEdit}>{t("recurring.edit")}</MenuItem>}
      {series.task_id && <MenuItem icon={ListTodo} onSelect={() => showTask(series.task_id)}>{t("recurring.openTask")}</MenuItem>}
      {!series.ended_at && (
        <>
          {series.paused_at ? <MenuItem icon={Play} onSelect={() => run("resume")}>{t("recurring.resume")}</MenuItem> : <MenuItem icon={Pause} onSelect={() => run("pause")}>{t("recurring.pause")}</MenuItem>}
          <MenuItem icon={SkipForward} onSelect={() => run("skip")}>{t("recurring.skip")}</MenuItem>
          <MenuLine />
          <MenuItem icon={Square} danger onSelect={askEnd}>{t("recurring.end")}</MenuItem>
        </>
      )}
      <MenuItem icon={Trash2} danger onSelect={askDelete}>{t("recurring.delete")}</MenuItem>
    </Menu>
  );
}
