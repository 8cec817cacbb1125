"use client";
import { ChevronRight } from "lucide-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { audit } from "@/shared/api/endpoints";
import { useI18n } from "@/shared/i18n";
import { cx } from "@/shared/lib/cx";
import { isTemporary } from "@/shared/lib/ids";
import { ActivityEntry } from "@/features/activity/activity-entry";

/** The history of one task, asked for when it is opened. */
export function ActivityOfTask({ taskId }: { taskId: string }) {
  const { t } = useI18n();
  const [open, setOpen] = useState(false);
  const { data, isPending } = useQuery({ queryKey: ["audit", { task_id: taskId }], queryFn: () => audit.list({ task_id: taskId, limit: 30 }), enabled: open && !isTemporary(taskId) });
  return (
    <section className="mt-5">
      <h2>
        <button type="button" aria-expanded={open} onClick={() => setOpen(!open)} className="-ml-1 flex h-8 items-center gap-1.5 rounded-md px-1 text-[0.8125rem] font-semibold hover:bg-hover">
          <ChevronRight aria-hidden size={14} className={cx("transition-transform", open && "rotate-90")} /> {t("nav.activity")}
        </button>
      </h2>
      {open && (isPending ? <div className="skeleton mt-2 h-4 w-2/3" /> : <ul className="mt-1">{data?.items.map((entry) => <ActivityEntry key={entry.id} entry={entry} inTask />)}</ul>)}
    </section>
  );
}
