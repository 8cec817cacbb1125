"use client";
/** One tag: name, colour, merging into another, deleting. */
import { usePathname, useRouter } from "next/navigation";
import { useState, type FormEvent } from "react";
import { tags as api } from "@/shared/api/endpoints";
import { explain } from "@/shared/api/explain";
import { TAG_COLORS, type TagColor } from "@/shared/api/types";
import { useI18n } from "@/shared/i18n";
import { cx } from "@/shared/lib/cx";
import { Button } from "@/shared/ui/button";
import { Dialog, DialogBody, DialogFooter } from "@/shared/ui/dialog";
import { openDialog, type Dialogs } from "@/shared/ui/dialogs";
import { SelectField, TextField } from "@/shared/ui/form";
import { notify } from "@/shared/ui/toast";
import { tagColor } from "@/features/tasks/components/marks";
import { useTagMutation, useTags } from "./queries";
import { cleanTag } from "./tag-input";

export default function TagDialog({ tagId, onClose }: Dialogs["tag"] & { onClose: () => void }) {
  const { t } = useI18n();
  const router = useRouter();
  const onTagPage = usePathname() === "/tag/";
  const tags = useTags();
  const tag = tags.find((each) => each.id === tagId);
  const [name, setName] = useState(tag?.name ?? "");
  const [color, setColor] = useState<TagColor>(tag?.color ?? "gray");
  const [into, setInto] = useState("");
  const change = useTagMutation((input: { name: string; color: TagColor }) => api.change(tagId, input), (all, input) => all.map((each) => (each.id === tagId ? { ...each, ...input } : each)));
  const merge = useTagMutation((target: string) => api.merge(tagId, target), (all) => all.filter((each) => each.id !== tagId));
  const remove = useTagMutation(() => api.remove(tagId), (all) => all.filter((each) => each.id !== tagId));
  if (!tag) return null;
  const fail = (error: Error) => notify.error(t("error.notSaved"), explain(error));
  const leave = (target: string | null) => {
    onClose();
    if (onTagPage) router.replace(target ? `/tag/?name=${encodeURIComponent(target)}` : "/inbox/");
  };

  function save(event: FormEvent) {
    event.preventDefault();
    const next = cleanTag(name) || tag!.name;
    if (into) merge.mutate(into, { onError: fail });
    else change.mutate({ name: next, color }, { onError: fail });
    leave(into ? (tags.find((each) => each.id === into)?.name ?? null) : next);
  }

  const askDelete = () =>
    openDialog("confirm", {
      title: t("tag.deleteTitle", { name: tag.name }), text: t("tag.deleteText", { count: tag.task_count }), action: t("command.delete"),
      run: () => { remove.mutate(undefined, { onError: fail }); leave(null); },
    });

  return (
    <Dialog title={t("tag.edit", { name: tag.name })} onClose={onClose}>
      <form onSubmit={save} className="flex min-h-0 flex-col">
        <DialogBody className="flex flex-col gap-4">
          <TextField label={t("tag.name")} value={name} maxLength={50} onChange={(event) => setName(event.target.value)} disabled={into !== ""} />
          <fieldset>
            <legend className="mb-1.5 text-[0.8125rem] font-medium">{t("tag.color")}</legend>
            <div className="flex flex-wrap gap-1.5">
              {TAG_COLORS.map((each) => (
                <label key={each} style={tagColor(each)} className={cx("grid size-8 place-items-center rounded-full border-2 has-focus-visible:outline-2 has-focus-visible:outline-accent-text", each === color ? "border-[var(--tag)]" : "border-transparent")}>
                  <input type="radio" name="color" className="sr-only" checked={each === color} onChange={() => setColor(each)} aria-label={t(`color.${each}`)} />
                  <span className="size-5 rounded-full bg-[var(--tag)]" />
                </label>
              ))}
            </div>
          </fieldset>
          {tags.length > 1 && (
            <SelectField label={t("tag.merge")} hint={t("tag.mergeHint")} value={into} onChange={(event) => setInto(event.target.value)}>
              <option value="">{t("tag.mergeNone")}</option>
              {tags.filter((each) => each.id !== tagId).map((each) => <option key={each.id} value={each.id}>{each.name}</option>)}
            </SelectField>
          )}
        </DialogBody>
        <DialogFooter>
          <Button variant="danger" className="mr-auto" onClick={askDelete}>{t("command.delete")}</Button>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button type="submit" variant="primary">{t(into ? "tag.mergeAction" : "action.save")}</Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}
