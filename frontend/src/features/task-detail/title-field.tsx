"use client";
import type { Task } from "@/shared/api/types";
import { useI18n } from "@/shared/i18n";
import { cx } from "@/shared/lib/cx";
import { GrowingText } from "./growing-text";
import { useDraft } from "./use-draft";

export function TitleField({ task }: { task: Task }) {
  const { t } = useI18n();
  const { value, edit, save } = useDraft(task, "title");
  return (
    <GrowingText
      label={t("field.title")}
      value={value}
      maxLength={500}
      onChange={(text) => edit(text.replace(/\n/g, " "))}
      onBlur={save}
      onKeyDown={(event) => {
        if (event.key === "Enter" && !event.nativeEvent.isComposing) {
          event.preventDefault();
          event.currentTarget.blur();
        }
      }}
      className={cx("text-lg leading-7 font-semibold tracking-tight", task.status === "completed" && "text-muted line-through")}
    />
  );
}
