"use client";
/** Notes: Markdown, read as text with links and lists, edited as plain text. */
import { useState } from "react";
import type { Task } from "@/shared/api/types";
import { useI18n } from "@/shared/i18n";
import { Markdown } from "@/shared/ui/markdown";
import { GrowingText } from "./growing-text";
import { useDraft } from "./use-draft";

export function NotesField({ task }: { task: Task }) {
  const { t } = useI18n();
  const { value, edit, save } = useDraft(task, "notes");
  const [editing, setEditing] = useState(false);
  if (!editing && value) {
    return (
      <div className="group relative mt-2 ml-7.5">
        <div
          className="-mx-1 cursor-text rounded-md px-1 text-[0.875rem] hover:bg-hover"
          onClick={(event) => !(event.target as HTMLElement).closest("a") && getSelection()?.isCollapsed && setEditing(true)}
        >
          <Markdown text={value} />
        </div>
        <button type="button" onClick={() => setEditing(true)} className="sr-only focus:not-sr-only focus:text-xs focus:text-accent-text">{t("task.editNotes")}</button>
      </div>
    );
  }
  return (
    <div className="mt-2 ml-7.5">
      <GrowingText
        label={t("field.notes")}
        placeholder={t("task.notesPlaceholder")}
        value={value}
        maxLength={20_000}
        autoFocus={editing}
        onChange={(text) => { setEditing(true); edit(text); }}
        onBlur={() => { save(); setEditing(false); }}
        className="text-muted focus-within:text-fg"
      />
    </div>
  );
}
