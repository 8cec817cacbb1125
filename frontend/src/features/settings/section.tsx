/** The building blocks of settings: titled groups, cards, and rows with what is set on the left and its control on the right. */
import { useId, type ReactNode } from "react";
import { cx } from "@/shared/lib/cx";

export function SettingsGroup({ title, text, action, children }: { title: string; text?: ReactNode; action?: ReactNode; children: ReactNode }) {
  return (
    <section className="mb-10">
      <div className="mb-3 flex gap-x-4 gap-y-2.5 sm:items-end max-sm:flex-col max-sm:items-start">
        <div className="min-w-0 flex-1">
          <h2 className="text-[0.9375rem] font-semibold tracking-tight">{title}</h2>
          {text && <p className="mt-0.5 text-[0.8125rem] text-pretty text-muted">{text}</p>}
        </div>
        {action}
      </div>
      {children}
    </section>
  );
}

const CARD = "rounded-xl border border-line bg-raised";
export const Card = ({ children, className }: { children: ReactNode; className?: string }) => <div className={cx(CARD, "divide-y divide-line", className)}>{children}</div>;
export const List = ({ children, label }: { children: ReactNode; label?: string }) => <ul aria-label={label} className={cx(CARD, "divide-y divide-line")}>{children}</ul>;

interface ControlProps { id: string; "aria-describedby"?: string; "aria-invalid"?: true }
interface RowProps {
  label: string; hint?: ReactNode; error?: string;
  /** The control takes the width it needs instead of the common one. */
  narrow?: boolean;
  children: (props: ControlProps) => ReactNode;
}

/** One setting. The label belongs to the control that `children` makes of the given props. */
export function Row({ label, hint, error, narrow, children }: RowProps) {
  const id = useId();
  return (
    <div className="flex min-h-15 justify-between gap-x-8 gap-y-2 px-4 py-3 sm:items-center max-sm:flex-col">
      <div className="min-w-0 flex-1">
        <label htmlFor={id} className="font-medium">{label}</label>
        {(error ?? hint) && <div id={`${id}-note`} role={error ? "alert" : undefined} className={cx("mt-0.5 text-xs text-pretty", error ? "text-danger" : "text-faint")}>{error ?? hint}</div>}
      </div>
      <div className={cx("shrink-0", !narrow && "sm:w-60")}>{children({ id, "aria-describedby": error || hint ? `${id}-note` : undefined, "aria-invalid": error ? true : undefined })}</div>
    </div>
  );
}

/** A thing in a list (a device, a token, a session): icon, name, a line about it, what can be done. */
export function Item({ icon, title, badge, text, children }: { icon: ReactNode; title: ReactNode; badge?: ReactNode; text: ReactNode; children?: ReactNode }) {
  return (
    <li className="flex min-h-15 items-center gap-3.5 px-4 py-2.5">
      <span aria-hidden className="grid size-8 shrink-0 place-items-center rounded-lg bg-hover text-muted">{icon}</span>
      <div className="min-w-0 flex-1">
        <p className="flex min-w-0 items-center gap-2"><span className="truncate font-medium">{title}</span>{badge}</p>
        <p className="text-xs text-faint">{text}</p>
      </div>
      {children}
    </li>
  );
}

export const Badge = ({ children, tone = "accent" }: { children: ReactNode; tone?: "accent" | "warn" | "muted" }) => (
  <span className={cx("shrink-0 rounded-full px-2 py-0.5 text-xs font-normal", { accent: "bg-accent-soft text-accent-text", warn: "bg-warn-soft text-warn", muted: "bg-active text-muted" }[tone])}>{children}</span>
);

export const SettingsSkeleton = ({ rows = 3 }: { rows?: number }) => (
  <Card>
    {Array.from({ length: rows }, (_, row) => (
      <div key={row} aria-hidden className="flex min-h-15 items-center justify-between gap-8 px-4"><div className="skeleton h-3 w-32" /><div className="skeleton h-8 w-40" /></div>
    ))}
  </Card>
);
