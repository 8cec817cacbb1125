"use client";
import { Bell, Keyboard, WifiOff } from "lucide-react";
import type { ReactNode } from "react";
import { useI18n } from "@/shared/i18n";
import { Logo } from "@/shared/ui/logo";

/** Sign-in and sign-up: the form, and on wide screens what the app is about. */
export function AuthFrame({ children }: { children: ReactNode }) {
  const { t } = useI18n();
  const points = [
    { icon: Keyboard, text: t("auth.pointKeyboard") },
    { icon: Bell, text: t("auth.pointReminders") },
    { icon: WifiOff, text: t("auth.pointOffline") },
  ];
  return (
    <div className="grid min-h-full lg:grid-cols-[1fr_1.1fr]">
      <main className="flex flex-col px-6 py-8 sm:px-12">
        <div className="flex items-center gap-2.5 font-semibold"><Logo size={26} /> ObsidianList</div>
        <div className="m-auto w-full max-w-88 py-10">{children}</div>
      </main>
      <aside className="hidden flex-col justify-center border-l border-line bg-surface px-16 lg:flex">
        <p className="max-w-md text-[1.75rem] leading-tight font-semibold tracking-tight text-balance">{t("auth.tagline")}</p>
        <div aria-hidden className="mt-8 max-w-md rounded-xl bg-raised p-4 shadow-pop">
          <p className="text-[0.9375rem]">
            {t("auth.sampleTitle")} <Chip>{t("auth.sampleDue")}</Chip> <Chip tone="warn">{t("auth.samplePriority")}</Chip> <Chip tone="ok">{t("auth.sampleTag")}</Chip>
          </p>
        </div>
        <ul className="mt-8 flex max-w-md flex-col gap-3.5 text-muted">
          {points.map(({ icon: Icon, text }) => (
            <li key={text} className="flex items-start gap-3"><Icon aria-hidden size={17} className="mt-0.5 shrink-0 text-accent-text" />{text}</li>
          ))}
        </ul>
      </aside>
    </div>
  );
}

function Chip({ children, tone }: { children: ReactNode; tone?: "warn" | "ok" }) {
  const look = tone === "warn" ? "bg-warn-soft text-warn" : tone === "ok" ? "bg-ok-soft text-ok" : "bg-accent-soft text-accent-text";
  return <span className={`rounded-md px-1.5 py-0.5 ${look}`}>{children}</span>;
}
