"use client";
import { CalendarDays, Inbox, Menu as MenuIcon, Plus, Search, type LucideIcon } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useI18n } from "@/shared/i18n";
import { cx } from "@/shared/lib/cx";
import { openDialog } from "@/shared/ui/dialogs";
import { sidebarOpen } from "./panels";

const TAB = "flex h-14 flex-1 flex-col items-center justify-center gap-0.5 text-[0.6875rem] font-medium";

/** The phone's navigation, in reach of the thumb. */
export function BottomBar() {
  const { t } = useI18n();
  return (
    <nav aria-label={t("nav.quick")} className="no-print fixed inset-x-0 bottom-0 z-20 flex items-center border-t border-line bg-surface px-2 pb-[env(safe-area-inset-bottom)] md:hidden">
      <Tab href="/today/" icon={CalendarDays} label={t("nav.today")} />
      <Tab href="/inbox/" icon={Inbox} label={t("nav.inbox")} />
      <div className="flex flex-1 justify-center">
        <button type="button" aria-label={t("command.add")} onClick={() => openDialog("quick-add", {})} className="grid size-11 place-items-center rounded-full bg-accent text-accent-fg shadow-pop active:brightness-90">
          <Plus aria-hidden size={22} />
        </button>
      </div>
      <Tab href="/search/" icon={Search} label={t("nav.search")} />
      <button type="button" onClick={() => sidebarOpen.set(true)} className={cx(TAB, "text-muted")}>
        <MenuIcon aria-hidden size={20} strokeWidth={1.8} />
        {t("nav.more")}
      </button>
    </nav>
  );
}

function Tab({ href, icon: Icon, label }: { href: string; icon: LucideIcon; label: string }) {
  const active = usePathname() === href;
  return (
    <Link href={href} aria-current={active ? "page" : undefined} className={cx(TAB, active ? "text-accent-text" : "text-muted")}>
      <Icon aria-hidden size={20} strokeWidth={1.8} />
      {label}
    </Link>
  );
}
