"use client";
import { CloudOff, TriangleAlert } from "lucide-react";
import dynamic from "next/dynamic";
import { useEffect, useState, useSyncExternalStore } from "react";
import { useI18n } from "@/shared/i18n";
import { useStore } from "@/shared/lib/store";
import { outbox, retryNow } from "@/features/tasks/outbox";

const ConflictDialog = dynamic(() => import("@/features/tasks/components/conflict-dialog"), { ssr: false });

const online = (listener: () => void) => {
  addEventListener("online", listener);
  addEventListener("offline", listener);
  return () => {
    removeEventListener("online", listener);
    removeEventListener("offline", listener);
  };
};

/** Says when changes wait for a connection, and when one needs a decision. */
export function StatusBar() {
  const { t } = useI18n();
  const { changes, offline } = useStore(outbox);
  const connected = useSyncExternalStore(online, () => navigator.onLine, () => true);
  // Conflicts put off until later; the notice stays.
  const [later, setLater] = useState<readonly string[]>([]);
  const conflicts = changes.filter((change) => change.state === "conflict");
  const asked = conflicts.find((change) => !later.includes(change.id));
  const down = !connected || offline;
  const lines = Number(down) + Number(conflicts.length > 0);
  // Messages stand above these lines, not on them.
  useEffect(() => document.documentElement.style.setProperty("--toast-lift", `${lines * 1.75}rem`), [lines]);
  return (
    <>
      <div role="status" className="no-print max-md:mb-[calc(3.5rem+env(safe-area-inset-bottom))]">
        {down && (
          <p className="flex items-center gap-2 px-4 py-1.5 text-xs text-muted">
            <CloudOff aria-hidden size={14} />
            {changes.length ? t("status.offlineWaiting", { count: changes.length }) : t("status.offline")}
            <button type="button" onClick={retryNow} className="hit ml-1 font-medium text-accent-text">{t("status.retry")}</button>
          </p>
        )}
        {conflicts.length > 0 && (
          <p className="flex items-center gap-2 px-4 py-1.5 text-xs text-warn">
            <TriangleAlert aria-hidden size={14} />
            {t("status.conflict", { count: conflicts.length })}
            <button type="button" onClick={() => setLater([])} className="hit ml-1 font-medium underline underline-offset-2">{t("status.settle")}</button>
          </p>
        )}
      </div>
      {asked && <ConflictDialog key={asked.id} change={asked} onClose={() => setLater((ids) => [...ids, asked.id])} />}
    </>
  );
}
