"use client";
import { Bell, CalendarSync, Database, Keyboard, KeyRound, Palette, UserRound, type LucideIcon } from "lucide-react";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useSearchParams } from "next/navigation";
import { Suspense, type ComponentType } from "react";
import { useI18n, type MessageKey } from "@/shared/i18n";
import { cx } from "@/shared/lib/cx";
import { PageHeader } from "@/shared/ui/page-header";

interface Section { id: string; label: MessageKey; icon: LucideIcon; Content: ComponentType }
const SECTIONS: Section[] = [
  { id: "profile", label: "settings.profile", icon: UserRound, Content: dynamic(() => import("./profile-section"), { ssr: false }) },
  { id: "appearance", label: "settings.appearance", icon: Palette, Content: dynamic(() => import("./appearance-section"), { ssr: false }) },
  { id: "notifications", label: "settings.notifications", icon: Bell, Content: dynamic(() => import("./notifications-section"), { ssr: false }) },
  { id: "shortcuts", label: "settings.shortcuts", icon: Keyboard, Content: dynamic(() => import("./shortcuts-section"), { ssr: false }) },
  { id: "calendar", label: "settings.calendar", icon: CalendarSync, Content: dynamic(() => import("./calendar-section"), { ssr: false }) },
  { id: "tokens", label: "settings.tokens", icon: KeyRound, Content: dynamic(() => import("./tokens-section"), { ssr: false }) },
  { id: "data", label: "settings.data", icon: Database, Content: dynamic(() => import("./data-section"), { ssr: false }) },
];

function Content() {
  const { t } = useI18n();
  const wanted = useSearchParams().get("section");
  const current = SECTIONS.find((section) => section.id === wanted) ?? SECTIONS[0]!;
  return (
    <div className="mx-auto flex max-w-4xl gap-10 px-4 sm:px-8 max-md:flex-col max-md:gap-4">
      <nav aria-label={t("nav.settings")} className="shrink-0 md:sticky md:top-16 md:w-44 md:self-start max-md:-mx-4 max-md:overflow-x-auto max-md:px-4">
        <ul className="flex gap-px md:flex-col">
          {SECTIONS.map(({ id, label, icon: Icon }) => (
            <li key={id}>
              <Link href={`/settings/?section=${id}`} replace scroll={false} aria-current={id === current.id ? "page" : undefined} className={cx("flex h-8.5 items-center gap-2.5 rounded-md px-2.5 text-[0.8125rem] whitespace-nowrap", id === current.id ? "bg-active font-medium" : "text-muted hover:bg-hover")}>
                <Icon aria-hidden size={15} /> {t(label)}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <div className="min-h-96 min-w-0 flex-1 pb-10"><current.Content key={current.id} /></div>
    </div>
  );
}

export function SettingsPage() {
  const { t } = useI18n();
  return (
    <>
      <PageHeader title={t("nav.settings")} />
      <Suspense><Content /></Suspense>
    </>
  );
}
