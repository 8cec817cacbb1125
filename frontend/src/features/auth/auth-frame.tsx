"use client";
import { Bell, Keyboard, WifiOff, type LucideIcon } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useEffect, useRef, type MouseEvent, type ReactNode } from "react";
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

export function AuthHeading({ title, question, answer, href }: { title: string; question: string; answer: string; href: string }) {
  const router = useRouter();
  // Where the person wanted to go stays in the address on the way between the two forms.
  function keepNext(event: MouseEvent) {
    if (!location.search) return;
    event.preventDefault();
    router.push(href + location.search);
  }
  useEffect(() => {
    document.title = `${title} · ObsidianList`;
  }, [title]);
  return (
    <>
      <h1 className="text-2xl font-semibold tracking-tight">{title}</h1>
      <p className="mt-1.5 mb-7 text-muted">
        {question} <Link href={href} onClick={keepNext} className="font-medium text-accent-text underline-offset-2 hover:underline">{answer}</Link>
      </p>
    </>
  );
}

/** What came of something: an icon, a sentence, and the one way on. */
export function Outcome({ icon: Icon, title, text, href, label, children }: { icon: LucideIcon; title: string; text: string; href?: string; label?: string; children?: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  // It takes the place of a form: whoever listens hears what happened, and Tab goes on from here.
  useEffect(() => {
    document.title = `${title} · ObsidianList`;
    if (!document.activeElement || document.activeElement === document.body) heading.current?.focus();
  }, [title]);
  return (
    <div role="status" className="animate-fade">
      <Icon aria-hidden size={28} strokeWidth={1.6} className="mb-4 text-accent-text" />
      <h1 ref={heading} tabIndex={-1} className="text-2xl font-semibold tracking-tight text-balance outline-none">{title}</h1>
      <p className="mt-1.5 break-words text-pretty text-muted">{text}</p>
      {href && <p className="mt-6"><Link href={href} className="font-medium text-accent-text underline-offset-2 hover:underline">{label}</Link></p>}
      {children}
    </div>
  );
}

export const FormError = ({ children }: { children?: ReactNode }) => (
  <div role="alert" className={children ? "animate-fade rounded-lg bg-danger-soft px-3 py-2 text-danger" : "sr-only"}>{children}</div>
);

function Chip({ children, tone }: { children: ReactNode; tone?: "warn" | "ok" }) {
  const look = tone === "warn" ? "bg-warn-soft text-warn" : tone === "ok" ? "bg-ok-soft text-ok" : "bg-accent-soft text-accent-text";
  return <span className={`rounded-md px-1.5 py-0.5 ${look}`}>{children}</span>;
}
