"use client";
/** Taking all data out, and bringing tasks in. */
import { FileJson, FileSpreadsheet, type LucideIcon } from "lucide-react";
import { useState } from "react";
import { useI18n } from "@/shared/i18n";
import { today } from "@/shared/lib/dates";
import { Button } from "@/shared/ui/button";
import { notify } from "@/shared/ui/toast";
import { useZone } from "@/features/tasks/zone";
import { download, exportCsv, exportJson } from "@/features/transfer/export";
import { ImportCard } from "@/features/transfer/import-card";
import { explain } from "@/shared/api/explain";
import { Card, SettingsGroup } from "./section";

const KINDS = {
  json: { icon: FileJson, title: "data.exportJson", text: "data.exportJsonText", make: exportJson, type: "application/json" },
  csv: { icon: FileSpreadsheet, title: "data.exportCsv", text: "data.exportCsvText", make: exportCsv, type: "text/csv" },
} as const;
type Kind = keyof typeof KINDS;

export default function DataSection() {
  const { t } = useI18n();
  const zone = useZone();
  const [busy, setBusy] = useState<Kind | null>(null);
  const save = async (kind: Kind) => {
    setBusy(kind);
    const name = `obsidianlist-${today(zone)}.${kind}`;
    try {
      download(await KINDS[kind].make(), name, KINDS[kind].type);
      notify.success(t("data.exportDone", { name }));
    } catch (error) {
      notify.error(t("data.exportFailed"), explain(error));
    }
    setBusy(null);
  };
  return (
    <>
      <SettingsGroup title={t("data.export")} text={t("data.exportText")}>
        <Card>
          {(Object.keys(KINDS) as Kind[]).map((kind) => <ExportRow key={kind} icon={KINDS[kind].icon} title={t(KINDS[kind].title)} text={t(KINDS[kind].text)} busy={busy === kind} disabled={busy !== null} onSave={() => void save(kind)} />)}
        </Card>
      </SettingsGroup>
      <SettingsGroup title={t("data.import")} text={t("data.importText")}><ImportCard /></SettingsGroup>
    </>
  );
}

interface ExportProps { icon: LucideIcon; title: string; text: string; busy: boolean; disabled: boolean; onSave: () => void }

function ExportRow({ icon: Icon, title, text, busy, disabled, onSave }: ExportProps) {
  const { t } = useI18n();
  return (
    <div className="flex min-h-15 items-center gap-3.5 px-4 py-3">
      <span aria-hidden className="grid size-8 shrink-0 place-items-center rounded-lg bg-hover text-muted"><Icon size={16} /></span>
      <div className="min-w-0 flex-1"><p className="font-medium">{title}</p><p className="mt-0.5 text-xs text-pretty text-faint">{text}</p></div>
      <Button busy={busy} disabled={disabled} aria-label={`${t("data.download")}: ${title}`} onClick={onSave}>{t("data.download")}</Button>
    </div>
  );
}
