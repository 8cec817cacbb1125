"use client";
import { useEffect, type ReactNode } from "react";

/** A screen's title bar; also names the browser tab in the user's language. */
export function PageHeader({ title, note, mark, children }: { title: string; note?: ReactNode; mark?: ReactNode; children?: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · ObsidianList`;
  }, [title]);
  return (
    <header className="sticky top-0 z-[5] flex min-h-14 items-center gap-3 bg-bg/95 px-4 pt-[env(safe-area-inset-top)] backdrop-blur-sm sm:px-8 print:static">
      {mark}
      <h1 className="max-w-1/2 shrink-0 truncate text-base font-semibold tracking-tight">{title}</h1>
      {note && <span className="truncate text-[0.8125rem] text-faint tabular-nums">{note}</span>}
      <div className="no-print ml-auto flex items-center gap-1">{children}</div>
    </header>
  );
}
