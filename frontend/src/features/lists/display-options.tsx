"use client";
/** Sorting and filtering of a list that is here as a whole. */
import { ArrowDownWideNarrow, ListFilter } from "lucide-react";
import { useCallback, useState } from "react";
import { PRIORITIES } from "@/shared/api/types";
import { useI18n, type MessageKey } from "@/shared/i18n";
import { IconButton } from "@/shared/ui/button";
import { Menu, MenuChoice, MenuItem, MenuLabel, MenuLine } from "@/shared/ui/menu";
import { useTags } from "@/features/tags/queries";
import { PriorityIcon, PRIORITY_LABEL, TagDot } from "@/features/tasks/components/marks";
import { NO_FILTER, type LocalFilter, type LocalSort } from "@/features/tasks/views";

const SORTS: [LocalSort, MessageKey][] = [["rank", "sort.manual"], ["due", "sort.due"], ["priority", "sort.priority"], ["created", "sort.created"], ["title", "sort.title"]];
export const isFiltered = (filter: LocalFilter) => filter.priorities.length + filter.tags.length > 0;

/** The choice is kept per screen. */
export function useDisplay(screen: string) {
  const key = `obsidianlist.sort.${screen}`;
  const [sort, set] = useState<LocalSort>(() => (typeof localStorage === "undefined" ? "rank" : ((localStorage.getItem(key) as LocalSort | null) ?? "rank")));
  const [filter, setFilter] = useState<LocalFilter>(NO_FILTER);
  const setSort = useCallback((next: LocalSort) => {
    localStorage.setItem(key, next);
    set(next);
  }, [key]);
  return { sort, setSort, filter, setFilter };
}

export function SortMenu({ sort, onChange }: { sort: LocalSort; onChange: (sort: LocalSort) => void }) {
  const { t } = useI18n();
  return (
    <Menu label={t("sort.label")} trigger={<IconButton icon={ArrowDownWideNarrow} label={t("sort.label")} className={sort === "rank" ? undefined : "text-accent-text"} />}>
      {SORTS.map(([value, label]) => <MenuChoice key={value} checked={sort === value} onSelect={() => onChange(value)}>{t(label)}</MenuChoice>)}
    </Menu>
  );
}

const toggled = <T,>(list: T[], item: T) => (list.includes(item) ? list.filter((each) => each !== item) : [...list, item]);

export function FilterMenu({ filter, onChange, hideTag }: { filter: LocalFilter; onChange: (filter: LocalFilter) => void; hideTag?: string }) {
  const { t } = useI18n();
  const tags = useTags().filter((tag) => tag.name !== hideTag);
  return (
    <Menu label={t("filter.label")} trigger={<IconButton icon={ListFilter} label={t("filter.label")} className={isFiltered(filter) ? "text-accent-text" : undefined} />}>
      <MenuLabel>{t("field.priority")}</MenuLabel>
      {PRIORITIES.map((priority) => (
        <MenuChoice key={priority} stay checked={filter.priorities.includes(priority)} hint={<PriorityIcon priority={priority} />} onSelect={() => onChange({ ...filter, priorities: toggled(filter.priorities, priority) })}>
          {t(PRIORITY_LABEL[priority])}
        </MenuChoice>
      ))}
      {tags.length > 0 && <MenuLabel>{t("field.tags")}</MenuLabel>}
      {tags.map((tag) => (
        <MenuChoice key={tag.id} stay checked={filter.tags.includes(tag.name)} hint={<TagDot color={tag.color} />} onSelect={() => onChange({ ...filter, tags: toggled(filter.tags, tag.name) })}>
          {tag.name}
        </MenuChoice>
      ))}
      {isFiltered(filter) && <><MenuLine /><MenuItem onSelect={() => onChange(NO_FILTER)}>{t("filter.clear")}</MenuItem></>}
    </Menu>
  );
}
