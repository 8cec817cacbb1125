"use client";
/** Edits a series as a whole: what each task is, the rule, the time of day; the server shows what comes of it. */
import { useState } from "react";
import { recurring as api } from "@/shared/api/endpoints";
import { explain } from "@/shared/api/explain";
import { PRIORITIES, type Priority, type RecurrenceMode, type RecurringTask } from "@/shared/api/types";
import { useI18n } from "@/shared/i18n";
import { formatOccurrence } from "@/shared/lib/dates";
import { Button } from "@/shared/ui/button";
import { Dialog, DialogBody, DialogFooter } from "@/shared/ui/dialog";
import { SelectField, TextField } from "@/shared/ui/form";
import { notify } from "@/shared/ui/toast";
import { PRIORITY_LABEL } from "@/features/tasks/components/marks";
import { TagInput } from "@/features/tags/tag-input";
import { useRulePreview, useSeriesMutation } from "./queries";
import { formatRule, parseRule } from "./rule";
import { RuleEditor } from "./rule-editor";

export default function SeriesDialog({ series, onClose }: { series: RecurringTask; onClose: () => void }) {
  const { t, locale } = useI18n();
  const day = series.dtstart.slice(0, 10);
  const before = series.dtstart.length > 10 ? series.dtstart.slice(11, 16) : "";
  const [title, setTitle] = useState(series.template.title);
  const [priority, setPriority] = useState<Priority>(series.template.priority ?? "none");
  const [tags, setTags] = useState(series.template.tags ?? []);
  const [rule, setRule] = useState(() => parseRule(series.rrule, day));
  const [mode, setMode] = useState<RecurrenceMode>(series.mode);
  const [time, setTime] = useState(before);
  const rrule = formatRule(rule, day);
  const dtstart = time ? `${day}T${time}` : day;
  const preview = useRulePreview({ rrule, dtstart, time_zone: series.time_zone });
  const save = useSeriesMutation(() =>
    api.change(series.id, { scope: "all", ...(rrule !== series.rrule && { rrule }), ...(time !== before && { dtstart }), ...(mode !== series.mode && { mode }), template: { title: title.trim(), priority, tags } }, series.version),
  );
  const submit = () => save.mutate(undefined, { onSuccess: () => { notify.success(t("settings.saved")); onClose(); }, onError: (error) => notify.error(t("error.notSaved"), explain(error)) });
  return (
    <Dialog title={t("recurring.edit")} description={t("recurring.allInstances")} onClose={onClose} className="max-w-lg">
      <form className="flex min-h-0 flex-col" onSubmit={(event) => { event.preventDefault(); submit(); }}>
        <DialogBody className="flex flex-col gap-4">
          <TextField label={t("field.title")} required maxLength={500} value={title} onChange={(event) => setTitle(event.target.value)} />
          <div className="grid gap-4 sm:grid-cols-2">
            <SelectField label={t("field.priority")} value={priority} onChange={(event) => setPriority(event.target.value as Priority)}>
              {PRIORITIES.map((each) => <option key={each} value={each}>{t(PRIORITY_LABEL[each])}</option>)}
            </SelectField>
            <TextField label={t("recurring.time")} type="time" value={time} onChange={(event) => setTime(event.target.value)} />
          </div>
          <fieldset><legend className="mb-1 text-[0.8125rem] font-medium">{t("field.tags")}</legend><TagInput value={tags} onChange={setTags} /></fieldset>
          <RuleEditor rule={rule} onChange={setRule} start={day} />
          <SelectField label={t("recurring.mode")} value={mode} onChange={(event) => setMode(event.target.value as RecurrenceMode)}>
            {(["schedule", "completion"] as const).map((each) => <option key={each} value={each}>{t(`recurring.mode.${each}`)}</option>)}
          </SelectField>
          <section aria-label={t("recurring.next")} aria-live="polite" className="min-h-30 rounded-lg bg-hover px-3 py-2.5 text-[0.8125rem]">
            {preview.error ? <p className="text-danger">{t("recurring.wrong")}</p> : preview.data && (
              <>
                <p className="mb-1 font-medium first-letter:uppercase">{preview.data.description}</p>
                {preview.data.items.length ? <ul className="flex flex-col gap-0.5 text-muted tabular-nums">{preview.data.items.map((each) => <li key={each.utc}>{formatOccurrence(each.local, locale)}</li>)}</ul> : <p className="text-muted">{t("recurring.noMore")}</p>}
              </>
            )}
          </section>
        </DialogBody>
        <DialogFooter>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button type="submit" variant="primary" busy={save.isPending} disabled={save.isPending || !title.trim() || preview.isError}>{t("action.save")}</Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}
