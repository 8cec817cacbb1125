"use client";
/** What became of an import, with a way back. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { CircleCheck, TriangleAlert } from "lucide-react";
import Link from "next/link";
import { useI18n } from "@/shared/i18n";
import { Button } from "@/shared/ui/button";
import { notify } from "@/shared/ui/toast";
import { explain } from "@/shared/api/explain";
import { undoImport, type Report } from "./import";

const SHOWN = 20;

export function ImportReport({ report, onDone }: { report: Report; onDone: () => void }) {
  const { t } = useI18n();
  const client = useQueryClient();
  const undo = useMutation({
    mutationFn: () => undoImport(report.made),
    onSuccess: () => { notify.success(t("data.report.undone")); onDone(); },
    onError: (error: Error) => notify.error(t("error.notSaved"), explain(error)),
    onSettled: () => client.invalidateQueries(),
  });
  const Icon = report.refused.length ? TriangleAlert : CircleCheck;
  const titles = report.unclear.slice(0, SHOWN).join(", ");
  return (
    <div role="status" className="animate-fade rounded-xl border border-line bg-raised p-4">
      <div className="flex gap-3">
        <Icon aria-hidden size={18} className={report.refused.length ? "mt-0.5 shrink-0 text-warn" : "mt-0.5 shrink-0 text-ok"} />
        <div className="min-w-0 flex-1 text-[0.8125rem] text-muted">
          <p className="text-sm font-medium text-fg">{t("data.report.made", { count: report.made.length })}</p>
          {report.series > 0 && <p>{t("data.report.series", { count: report.series })}</p>}
          {report.unclear.length > 0 && <p className="mt-1">{t("data.report.unclear", { count: report.unclear.length, titles: report.unclear.length > SHOWN ? `${titles} …` : titles })}</p>}
          {report.refused.length > 0 && (
            <>
              <p className="mt-1">{t("data.report.refused", { count: report.refused.length })}</p>
              <ul className="mt-1 list-disc pl-5">{report.refused.slice(0, SHOWN).map((each, at) => <li key={at}><span className="text-fg">{each.title}</span>: {each.reason}</li>)}</ul>
            </>
          )}
        </div>
      </div>
      <div className="mt-4 flex flex-wrap items-center gap-2">
        <Link href="/inbox/" className="inline-flex h-8.5 items-center rounded-[7px] bg-accent px-3.5 font-medium text-accent-fg hover:brightness-110">{t("data.report.show")}</Link>
        {report.made.length > 0 && <Button busy={undo.isPending} disabled={undo.isPending} onClick={() => undo.mutate()}>{t("data.report.undo")}</Button>}
        <Button variant="ghost" onClick={onDone}>{t("action.close")}</Button>
      </div>
    </div>
  );
}
