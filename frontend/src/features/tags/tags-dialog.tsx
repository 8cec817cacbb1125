"use client";
import { useState } from "react";
import { useI18n } from "@/shared/i18n";
import { Button } from "@/shared/ui/button";
import { Dialog, DialogBody, DialogFooter } from "@/shared/ui/dialog";
import type { Dialogs } from "@/shared/ui/dialogs";
import { setTags } from "@/features/tasks/actions";
import { TagInput } from "./tag-input";

/** L: the tags of one task, or tags added to and taken from several at once. */
export default function TagsDialog({ tasks, onClose }: Dialogs["tags"] & { onClose: () => void }) {
  const { t } = useI18n();
  const common = (tasks[0]?.tags ?? []).filter((tag) => tasks.every((task) => task.tags.includes(tag)));
  const [tags, setChosen] = useState(common);
  const save = () => {
    const added = tags.filter((tag) => !common.includes(tag));
    const removed = common.filter((tag) => !tags.includes(tag));
    setTags(tasks, (old) => [...old.filter((tag) => !removed.includes(tag)), ...added.filter((tag) => !old.includes(tag))]);
    onClose();
  };
  return (
    <Dialog title={t("command.tags")} onClose={onClose} top>
      <form onSubmit={(event) => { event.preventDefault(); save(); }} className="flex min-h-0 flex-col">
        <DialogBody><TagInput value={tags} onChange={setChosen} autoFocus /></DialogBody>
        <DialogFooter>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button type="submit" variant="primary">{t("action.save")}</Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}
