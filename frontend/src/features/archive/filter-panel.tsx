"use client";
/** The search's filters as chips that open, and its order. */
import { ArrowDownWideNarrow, ArrowUpNarrowWide, CalendarDays, CircleCheck, Flag, Tag, X, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { PRIORITIES } from "@/shared/api/types";
import { useI18n } from "@/shared/i18n";
import { cx } from "@/shared/lib/cx";
import { Menu, MenuChoice, MenuItem, MenuLine } from "@/shared/ui/menu";
import { Popover } from "@/shared/ui/popover";
import { useTags } from "@/features/tags/queries";
import { PriorityIcon, PRIORITY_LABEL, TagDot } from "@/features/tasks/components/marks";
import { DUE_CHOICES, filterCount, fromAddress, SORT_KEYS, type SearchState } from "./search-state";

interface Props { state: SearchState; onChange: (state: SearchState) => void }
const toggled = <T,>(list: T[], item: T) => (list.includes(item) ? list.filter((each) => each !== item) : [...list, item]);

function chip(Icon: LucideIcon, label: string, value: ReactNode, active: boolean) {
  return (
    <button type="button" className={cx("inline-flex h-7.5 items-center gap-1.5 rounded-full border px-3 text-[0.8125rem]", active ? "border-accent-text bg-accent-soft text-accent-text" : "border-line-strong text-muted hover:bg-hover")}>
      <Icon aria-hidden size={14} /> {active ? <><span className="sr-only">{label}: </span><span className="max-w-40 truncate">{value}</span></> : label}
    </button>
  );
}

export function FilterPanel({ state, onChange }: Props) {
  const { t } = useI18n();
  const tags = useTags();
  const set = (change: Partial<SearchState>) => onChange({ ...state, ...change });
  const range = [state.from, state.to].filter(Boolean).join(" – ");
  return (
    <div role="group" aria-label={t("filter.label")} className="contents">
      <Menu align="start" label={t("field.status")} trigger={chip(CircleCheck, t("field.status"), t(`filter.status.${state.status}`), state.status !== "all")}>
        {(["all", "open", "completed"] as const).map((each) => <MenuChoice key={each} checked={state.status === each} onSelect={() => set({ status: each })}>{t(`filter.status.${each}`)}</MenuChoice>)}
      </Menu>
      <Menu align="start" label={t("field.priority")} trigger={chip(Flag, t("field.priority"), state.priorities.map((each) => t(PRIORITY_LABEL[each])).join(", "), state.priorities.length > 0)}>
        {PRIORITIES.map((each) => <MenuChoice key={each} stay checked={state.priorities.includes(each)} hint={<PriorityIcon priority={each} />} onSelect={() => set({ priorities: toggled(state.priorities, each) })}>{t(PRIORITY_LABEL[each])}</MenuChoice>)}
      </Menu>
      <Menu align="start" label={t("field.tags")} trigger={chip(Tag, t("field.tags"), state.tags.join(", "), state.tags.length > 0)}>
        {(["any", "all", "none"] as const).map((each) => <MenuChoice key={each} checked={state.tagMatch === each} onSelect={() => set({ tagMatch: each })}>{t(`filter.tags.${each}`)}</MenuChoice>)}
        <MenuLine />
        {tags.map((tag) => <MenuChoice key={tag.id} stay checked={state.tags.includes(tag.name)} hint={<TagDot color={tag.color} />} onSelect={() => set({ tags: toggled(state.tags, tag.name) })}>{tag.name}</MenuChoice>)}
        {!tags.length && <MenuItem disabled onSelect={() => undefined}>{t("filter.noTags")}</MenuItem>}
      </Menu>
      <Popover label={t("field.due")} className="w-64 p-2" trigger={chip(CalendarDays, t("field.due"), state.due ? t(`filter.due.${state.due}`) : range, Boolean(state.due || range))}>
        <ul>
          {DUE_CHOICES.map((each) => (
            <li key={each}><button type="button" aria-pressed={state.due === each} onClick={() => set({ due: state.due === each ? "" : each, from: "", to: "" })} className={cx("flex h-8 w-full items-center rounded-md px-2 hover:bg-hover", state.due === each && "bg-accent-soft text-accent-text")}>{t(`filter.due.${each}`)}</button></li>
          ))}
        </ul>
        <div className="mt-1 flex flex-col gap-2 border-t border-line px-1 pt-2">
          <label className="flex items-center justify-between gap-2 text-muted">{t("filter.from")}<input type="date" className="field w-40" value={state.from} onChange={(event) => set({ from: event.target.value, due: "" })} /></label>
          <label className="flex items-center justify-between gap-2 text-muted">{t("filter.to")}<input type="date" className="field w-40" value={state.to} onChange={(event) => set({ to: event.target.value, due: "" })} /></label>
        </div>
      </Popover>
      {filterCount(state) > 0 && (
        <button type="button" onClick={() => onChange({ ...fromAddress(new URLSearchParams()), q: state.q, sort: state.sort, order: state.order })} className="inline-flex h-7.5 items-center gap-1 rounded-full px-2.5 text-[0.8125rem] text-muted hover:bg-hover"><X aria-hidden size={14} /> {t("filter.clear")}</button>
      )}
    </div>
  );
}

export function SortDropdown({ state, filtering, onChange }: Props & { filtering: boolean }) {
  const { t } = useI18n();
  const words = state.q.trim() !== "" && !filtering;
  const chosen = state.sort === "relevance" && !words ? "" : state.sort;
  const sort = chosen || (words ? "relevance" : filtering ? "manual" : "updated");
  const Icon = state.order === "asc" ? ArrowUpNarrowWide : ArrowDownWideNarrow;
  return (
    <div className="ml-auto">
      <Menu label={t("sort.label")} trigger={<button type="button" className="inline-flex h-7.5 items-center gap-1.5 rounded-full px-2.5 text-[0.8125rem] text-muted hover:bg-hover"><Icon aria-hidden size={15} /><span className="sr-only">{t("sort.label")}: </span>{t(`sort.${sort}` as "sort.due")}</button>}>
        {SORT_KEYS.map((each) => <MenuChoice key={each} checked={sort === each} disabled={each === "relevance" && !words} onSelect={() => onChange({ ...state, sort: each })}>{t(`sort.${each}`)}</MenuChoice>)}
        <MenuLine />
        <MenuChoice checked={state.order === "asc"} onSelect={() => onChange({ ...state, order: "asc" })}>{t("sort.asc")}</MenuChoice>
        <MenuChoice checked={state.order === "desc"} onSelect={() => onChange({ ...state, order: "desc" })}>{t("sort.desc")}</MenuChoice>
      </Menu>
    </div>
  );
}
