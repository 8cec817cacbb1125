"use client";
import { Bell, CalendarSync, Database, Keyboard, KeyRound, Palette, ShieldCheck, SlidersHorizontal, type LucideIcon } from "lucide-react";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useSearchParams } from "next/navigation";
import { Suspense, useEffect, useRef, type ComponentType } from "react";
import { useI18n, type MessageKey } from "@/shared/i18n";
import { cx } from "@/shared/lib/cx";
import { PageHeader } from "@/shared/ui/page-header";
import { SettingsSkeleton } from "./section";

interface Section { id: string; label: MessageKey; icon: LucideIcon; Content: ComponentType }
const loading = () => <div className="pt-9"><SettingsSkeleton rows={4} /></div>;
const GROUPS: { label: MessageKey; sections: Section[] }[] = [
  {
    label: "settings.group.account",
    sections: [
      { id: "profile", label: "settings.general", icon: SlidersHorizontal, Content: dynamic(() => import("./profile-section"), { ssr: false, loading }) },
      { id: "security", label: "settings.security", icon: ShieldCheck, Content: dynamic(() => import("./security-section"), { ssr: false, loading }) },
      { id: "notifications", label: "settings.notifications", icon: Bell, Content: dynamic(() => import("./notifications-section"), { ssr: false, loading }) },
    ],
  },
  {
    label: "settings.group.app",
    sections: [
      { id: "appearance", label: "settings.appearance", icon: Palette, Content: dynamic(() => import("./appearance-section"), { ssr: false, loading }) },
      { id: "shortcuts", label: "settings.shortcuts", icon: Keyboard, Content: dynamic(() => import("./shortcuts-section"), { ssr: false, loading }) },
    ],
  },
  {
    label: "settings.group.access",
    sections: [
      { id: "tokens", label: "settings.tokens", icon: KeyRound, Content: dynamic(() => import("./tokens-section"), { ssr: false, loading }) },
      { id: "calendar", label: "settings.calendar", icon: CalendarSync, Content: dynamic(() => import("./calendar-section"), { ssr: false, loading }) },
      { id: "data", label: "settings.data", icon: Database, Content: dynamic(() => import("./data-section"), { ssr: false, loading }) },
    ],
  },
];
const SECTIONS = GROUPS.flatMap((group) => group.sections);

function Content() {
  const wanted = useSearchParams().get("section");
  const current = SECTIONS.find((section) => section.id === wanted) ?? SECTIONS[0]!;
  return (
    <div className="flex max-w-5xl gap-12 px-4 pt-2 sm:px-8 max-md:flex-col max-md:gap-6">
      <SectionLinks currentId={current.id} />
      <div className="min-h-96 max-w-2xl min-w-0 flex-1 pb-10 md:pt-1"><current.Content key={current.id} /></div>
    </div>
  );
}

/** Beside the content on wide screens, a strip that scrolls sideways on a phone. */
function SectionLinks({ currentId }: { currentId: string }) {
  const { t } = useI18n();
  const strip = useRef<HTMLElement>(null);
  useEffect(() => {
    const link = strip.current?.querySelector<HTMLElement>("[aria-current]");
    if (link && strip.current) strip.current.scrollLeft = link.offsetLeft - 16;
  }, [currentId]);
  return (
    <nav ref={strip} aria-label={t("nav.settings")} className="shrink-0 md:sticky md:top-16 md:w-48 md:self-start max-md:-mx-4 max-md:overflow-x-auto max-md:px-4 max-md:[mask-image:linear-gradient(to_right,transparent,#000_1rem,#000_calc(100%-2rem),transparent)] max-md:[scrollbar-width:none]">
      <div className="flex gap-px max-md:w-max md:flex-col md:gap-5">
        {GROUPS.map((group) => (
          <div key={group.label} className="max-md:contents">
            <p id={`group-${group.label}`} className="mb-1 px-2.5 text-xs text-faint max-md:hidden">{t(group.label)}</p>
            <ul aria-labelledby={`group-${group.label}`} className="flex gap-px md:flex-col">
              {group.sections.map(({ id, label, icon: Icon }) => (
                <li key={id}>
                  <Link href={`/settings/?section=${id}`} replace scroll={false} aria-current={id === currentId ? "page" : undefined} className={cx("flex h-8 items-center gap-2.5 rounded-md px-2.5 text-[0.8125rem] whitespace-nowrap max-md:h-9", id === currentId ? "bg-active font-medium" : "text-muted hover:bg-hover hover:text-fg")}>
                    <Icon aria-hidden size={15} className={id === currentId ? "text-accent-text" : undefined} /> {t(label)}
                  </Link>
                </li>
              ))}
            </ul>
          </div>
        ))}
      </div>
    </nav>
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
