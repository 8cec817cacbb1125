"use client";
/** Bringing tasks in: choose a file, look at what is in it, import, read the report. */
import { useQueryClient } from "@tanstack/react-query";
import { Upload } from "lucide-react";
import { useRef, useState } from "react";
import { useI18n } from "@/shared/i18n";
import { cx } from "@/shared/lib/cx";
import { Button } from "@/shared/ui/button";
import { notify } from "@/shared/ui/toast";
import { useZone } from "@/features/tasks/zone";
import { importTasks, type Report } from "./import";
import { ImportPreview } from "./import-preview";
import { ImportReport } from "./import-report";
import type { Found, ImportedTask } from "./imported";
import { explain, ToldError } from "@/shared/api/explain";
import { readFile } from "./read-file";

const MOST_BYTES = 20_000_000;
type Step = { name: "choose" } | { name: "preview"; found: Found } | { name: "running"; all: number; done: number } | { name: "report"; report: Report };

export function ImportCard() {
  const { t } = useI18n();
  const zone = useZone();
  const client = useQueryClient();
  const [step, setStep] = useState<Step>({ name: "choose" });
  const choose = () => setStep({ name: "choose" });

  async function read(file: File) {
    try {
      if (file.size > MOST_BYTES) throw new ToldError(t("data.tooLarge"));
      const found = readFile(await file.text());
      if (!found.tasks.length) throw new ToldError(t("data.empty"));
      setStep({ name: "preview", found });
    } catch (error) {
      notify.error(t("data.unreadable"), explain(error));
    }
  }

  async function run(tasks: ImportedTask[], tags: Found["tags"] = []) {
    setStep({ name: "running", all: tasks.length, done: 0 });
    try {
      const report = await importTasks(tasks, tags, zone, (done) => setStep({ name: "running", all: tasks.length, done }));
      setStep({ name: "report", report });
    } catch (error) {
      notify.error(t("data.importFailed"), explain(error));
      choose();
    }
    await client.invalidateQueries();
  }

  switch (step.name) {
    case "choose":
      return <ChooseFile onFile={(file) => void read(file)} />;
    case "preview":
      return <ImportPreview found={step.found} onCancel={choose} onImport={(tasks) => void run(tasks, step.found.tags)} />;
    case "running":
      return (
        <div role="status" className="rounded-xl border border-line bg-raised p-4">
          <progress aria-label={t("data.import")} className="w-full accent-[var(--accent)]" max={step.all} value={step.done} />
          <p className="mt-1 text-[0.8125rem] text-muted tabular-nums">{t("data.importing", { done: step.done, all: step.all })}</p>
        </div>
      );
    case "report":
      return <ImportReport report={step.report} onDone={choose} />;
  }
}

function ChooseFile({ onFile }: { onFile: (file: File) => void }) {
  const { t } = useI18n();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  return (
    <div
      onDragOver={(event) => { event.preventDefault(); setOver(true); }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => { event.preventDefault(); setOver(false); if (event.dataTransfer.files[0]) onFile(event.dataTransfer.files[0]); }}
      className={cx("flex flex-col items-center gap-3 rounded-xl border border-dashed px-6 py-8 text-center transition-colors", over ? "border-accent-text bg-accent-soft" : "border-line-strong")}
    >
      <Upload aria-hidden size={20} className="text-faint" />
      <p className="text-[0.8125rem] text-muted max-sm:hidden">{t("data.drop")}</p>
      <input ref={input} type="file" accept=".csv,.json,text/csv,application/json" hidden onChange={(event) => { const [file] = event.target.files ?? []; event.target.value = ""; if (file) onFile(file); }} />
      <Button onClick={() => input.current?.click()}>{t("data.choose")}</Button>
    </div>
  );
}
