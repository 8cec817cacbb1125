import type { ReactNode } from "react";
import { cx } from "@/shared/lib/cx";

export function SectionTitle({ title, note, count, tone, children }: { title: string; note?: string; count?: number; tone?: "danger"; children?: ReactNode }) {
  return (
    <div className="flex h-full items-end gap-2 border-b border-line px-3 pb-1.5 sm:pl-6">
      <div className="flex min-w-0 items-baseline gap-2">
        <h2 className={cx("truncate text-[0.8125rem] font-semibold", tone === "danger" && "text-danger")}>{title}</h2>
        {note && <span className="truncate text-[0.8125rem] text-faint">{note}</span>}
        {count ? <span className="text-xs text-faint tabular-nums">{count}</span> : null}
      </div>
      <div className="no-print ml-auto flex items-center">{children}</div>
    </div>
  );
}
