import type { ReactNode } from "react";

export function SettingsGroup({ title, text, children }: { title: string; text?: ReactNode; children: ReactNode }) {
  return (
    <section className="mb-9">
      <h2 className="text-[0.9375rem] font-semibold">{title}</h2>
      {text && <p className="mt-1 text-[0.8125rem] text-pretty text-muted">{text}</p>}
      <div className="mt-4">{children}</div>
    </section>
  );
}
export const List = ({ children }: { children: ReactNode }) => <ul className="divide-y divide-line rounded-lg border border-line">{children}</ul>;
