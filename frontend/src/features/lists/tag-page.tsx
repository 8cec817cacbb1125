"use client";
import { Pencil, Tag as TagIcon } from "lucide-react";
import { useSearchParams } from "next/navigation";
import { Suspense, useDeferredValue, useMemo } from "react";
import { useI18n } from "@/shared/i18n";
import { IconButton } from "@/shared/ui/button";
import { openDialog } from "@/shared/ui/dialogs";
import { EmptyState } from "@/shared/ui/empty";
import { PageHeader } from "@/shared/ui/page-header";
import { colorOfName } from "@/features/tags/color";
import { useTags } from "@/features/tags/queries";
import { TagDot } from "@/features/tasks/components/marks";
import { TaskList } from "@/features/tasks/components/task-list";
import { useOpenTasks } from "@/features/tasks/queries";
import { useViewContext } from "@/features/tasks/use-rows";
import { NO_FILTER, tagRows } from "@/features/tasks/views";
import { FilterMenu, isFiltered, SortMenu, useDisplay } from "./display-options";
import { NothingMatches, useReorder } from "./inbox-page";
import { AddButton, AddRow, ListFrame } from "./list-frame";

function TaggedTasks() {
  const { t, locale } = useI18n();
  const name = useSearchParams().get("name") ?? "";
  const tag = useTags().find((each) => each.name.toLowerCase() === name.toLowerCase());
  const { tasks, ...state } = useOpenTasks();
  const context = useViewContext();
  const { sort, setSort, filter, setFilter } = useDisplay(`tag.${name}`);
  // The menu shows the choice at once, the list follows.
  const order = useDeferredValue(sort);
  const wanted = useDeferredValue(filter);
  const rows = useMemo(() => tagRows(tasks, context, name, order, wanted), [tasks, context, name, order, wanted]);
  const reorder = order === "rank" && !isFiltered(wanted);
  useReorder(reorder);
  return (
    <>
      <PageHeader title={tag?.name ?? name} mark={<TagDot color={tag?.color ?? colorOfName(name)} size={11} />} note={rows.length ? rows.length.toLocaleString(locale) : undefined}>
        {tag && <IconButton icon={Pencil} size={15} label={t("tag.edit", { name: tag.name })} onClick={() => openDialog("tag", { tagId: tag.id })} />}
        <FilterMenu filter={filter} onChange={setFilter} hideTag={tag?.name} />
        <SortMenu sort={sort} onChange={setSort} />
      </PageHeader>
      <ListFrame
        {...state}
        isEmpty={!rows.length}
        empty={isFiltered(wanted) ? <NothingMatches onClear={() => setFilter(NO_FILTER)} /> : <EmptyState icon={TagIcon} title={t("empty.tagTitle", { name })} text={t("empty.tagText", { name })}><AddButton tags={[name]} /></EmptyState>}
      >
        <TaskList rows={rows} label={name} reorder={reorder} />
        <AddRow tags={[name]} />
      </ListFrame>
    </>
  );
}

export const TagPage = () => <Suspense><TaggedTasks /></Suspense>;
