"use client";
/** What the list screens share: loading, failure, emptiness, the add row. */
import { CloudAlert, Plus } from "lucide-react";
import type { ReactNode } from "react";
import { useI18n } from "@/shared/i18n";
import { Button } from "@/shared/ui/button";
import { openDialog, type Dialogs } from "@/shared/ui/dialogs";
import { EmptyState, RowSkeletons } from "@/shared/ui/empty";

interface Props { isPending: boolean; error: Error | null; refetch: () => void; isEmpty: boolean; empty: ReactNode; children: ReactNode }

export function ListFrame({ isPending, error, refetch, isEmpty, empty, children }: Props) {
  const { t } = useI18n();
  if (error) {
    return (
      <EmptyState icon={CloudAlert} title={t("error.loadTitle")} text={t("error.loadText")}>
        <Button onClick={refetch}>{t("status.retry")}</Button>
      </EmptyState>
    );
  }
  if (isPending) return <div role="status" aria-label={t("list.loading")}><RowSkeletons /></div>;
  return isEmpty ? empty : children;
}

export function AddRow(props: Dialogs["quick-add"]) {
  const { t } = useI18n();
  return (
    <button type="button" onClick={() => openDialog("quick-add", props)} className="no-print group mx-1 flex h-10 w-[calc(100%-0.5rem)] items-center gap-3 rounded-lg pr-3 pl-3 text-left text-faint transition-colors hover:bg-hover hover:text-fg sm:mx-2 sm:w-[calc(100%-1rem)] sm:pl-6">
      <span className="grid size-4.5 place-items-center rounded-full text-accent-text"><Plus aria-hidden size={17} /></span>
      {t("command.add")}
    </button>
  );
}
export const AddButton = (props: Dialogs["quick-add"]) => {
  const { t } = useI18n();
  return <Button variant="primary" icon={Plus} onClick={() => openDialog("quick-add", props)}>{t("command.add")}</Button>;
};
