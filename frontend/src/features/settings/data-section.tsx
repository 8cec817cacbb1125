"use client";
/** Taking all data out, and bringing tasks in. */
import { useQueryClient } from "@tanstack/react-query";
import { FileJson, FileSpreadsheet, Upload } from "lucide-react";
import { useRef, useState } from "react";
import { useI18n } from "@/shared/i18n";
import { Button } from "@/shared/ui/button";
import { notify } from "@/shared/ui/toast";
import { useZone } from "@/features/tasks/zone";
import { download, exportCsv, exportJson } from "@/features/transfer/export";
import { importTasks } from "@/features/transfer/import";
import { readFile, type ImportedTask, type Source } from "@/features/transfer/read-file";
import { SettingsGroup } from "./section";

const MOST_BYTES = 20_000_000;

export default function DataSection() {
  return (
    <>
      <Export />
      <Import />
    </>
  );
}

function Export() {
  const { t } = useI18n();
  const [busy, setBusy] = useState<string | null>(null);
  const save = async (kind: "json" | "csv") => {
    setBusy(kind);
    const day = new Date().toISOString().slice(0, 10);
    try {
      if (kind === "json") download(await exportJson(), `obsidianlist-${day}.json`, "application/json");
      else download(await exportCsv(), `obsidianlist-${day}.csv`, "text/csv");
    } catch (error) {
      notify.error(t("data.exportFailed"), (error as Error).message);
    }
    setBusy(null);
  };
  return (
    <SettingsGroup title={t("data.export")} text={t("data.exportText")}>
      <div className="flex flex-wrap gap-2">
        <Button icon={FileJson} busy={busy === "json"} disabled={busy !== null} onClick={() => void save("json")}>{t("data.exportJson")}</Button>
        <Button icon={FileSpreadsheet} busy={busy === "csv"} disabled={busy !== null} onClick={() => void save("csv")}>{t("data.exportCsv")}</Button>
      </div>
    </SettingsGroup>
  );
}

function Import() {
  const { t } = useI18n();
  const zone = useZone();
  const client = useQueryClient();
  const input = useRef<HTMLInputElement>(null);
  const [found, setFound] = useState<{ source: Source; tasks: ImportedTask[] } | null>(null);
  const [done, setDone] = useState<number | null>(null);

  async function read(file: File | undefined) {
    if (!file) return;
    try {
      if (file.size > MOST_BYTES) throw new Error(t("data.tooLarge"));
      setFound(readFile(await file.text()));
    } catch (error) {
      notify.error(t("data.unreadable"), (error as Error).message);
    }
    if (input.current) input.current.value = "";
  }

  async function run() {
    setDone(0);
    try {
      await importTasks(found!.tasks, zone, setDone);
      notify.success(t("data.imported", { count: found!.tasks.length }));
      setFound(null);
    } catch (error) {
      notify.error(t("data.importFailed"), (error as Error).message);
    }
    setDone(null);
    await client.invalidateQueries();
  }

  return (
    <SettingsGroup title={t("data.import")} text={t("data.importText")}>
      <input ref={input} type="file" accept=".csv,.json,text/csv,application/json" aria-label={t("data.choose")} className="sr-only" tabIndex={-1} onChange={(event) => void read(event.target.files?.[0])} />
      {found ? (
        <div className="rounded-lg border border-line p-4">
          <p className="font-medium">{t("data.found", { count: found.tasks.length, source: t(`data.source.${found.source}`) })}</p>
          <ul className="my-2 text-[0.8125rem] text-muted">{found.tasks.slice(0, 5).map((task, at) => <li key={at} className="truncate">{task.parent !== null && "↳ "}{task.title}</li>)}</ul>
          {done !== null && <progress aria-label={t("data.import")} className="mb-3 w-full accent-[var(--accent)]" max={found.tasks.length} value={done} />}
          <div className="flex gap-2">
            <Button disabled={done !== null} onClick={() => setFound(null)}>{t("action.cancel")}</Button>
            <Button variant="primary" disabled={done !== null} busy={done !== null} onClick={() => void run()}>{t("data.importAction", { count: found.tasks.length })}</Button>
          </div>
        </div>
      ) : (
        <Button icon={Upload} onClick={() => input.current?.click()}>{t("data.choose")}</Button>
      )}
    </SettingsGroup>
  );
}
