import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

/** What a list shows when there is nothing in it: why, and the one thing to do. */
export function EmptyState({ icon: Icon, title, text, children }: { icon: LucideIcon; title: string; text?: string; children?: ReactNode }) {
  return (
    <div className="mx-auto flex max-w-sm animate-fade flex-col items-center px-6 py-16 text-center sm:py-24">
      <div className="mb-5 grid size-14 place-items-center rounded-2xl border border-line bg-surface text-accent-text">
        <Icon aria-hidden size={24} strokeWidth={1.6} />
      </div>
      <h2 className="text-[0.9375rem] font-semibold">{title}</h2>
      {text && <p className="mt-1.5 text-pretty text-muted">{text}</p>}
      {children && <div className="mt-5">{children}</div>}
    </div>
  );
}

export function RowSkeletons({ count = 8 }: { count?: number }) {
  return (
    <div aria-hidden className="px-4 pt-1 sm:px-6">
      {Array.from({ length: count }, (_, row) => (
        <div key={row} className="flex h-10 items-center gap-3">
          <div className="skeleton size-4.5 rounded-full" />
          <div className="skeleton h-3" style={{ width: `${32 + ((row * 37) % 40)}%` }} />
        </div>
      ))}
    </div>
  );
}
