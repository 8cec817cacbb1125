"use client";
/** Navigation: a column on wide screens, a drawer on phones. */
import { Bell, CalendarDays, CalendarRange, ChevronsUpDown, CircleCheck, CircleHelp, History, Inbox, Laptop, LogOut, Moon, Plug, Plus, Repeat2, Search, Settings, Sun, Trash2, type LucideIcon } from "lucide-react";
import { useTheme } from "next-themes";
import { useEffect, useMemo } from "react";
import { session } from "@/shared/api/session";
import { keyText } from "@/shared/commands/registry";
import { useI18n, type MessageKey } from "@/shared/i18n";
import { cx } from "@/shared/lib/cx";
import { useIsPhone } from "@/shared/lib/media";
import { useStore } from "@/shared/lib/store";
import { IconButton } from "@/shared/ui/button";
import { openDialog } from "@/shared/ui/dialogs";
import { Logo } from "@/shared/ui/logo";
import { Menu, MenuChoice, MenuItem, MenuLine } from "@/shared/ui/menu";
import { signOut } from "@/features/auth/sign-out";
import { useUnreadCount } from "@/features/notifications/queries";
import { useCounts } from "@/features/tasks/use-rows";
import { go } from "./command-context";
import { sidebarOpen } from "./panels";
import { NavLink } from "./nav-link";
import { TagLinks } from "./tag-links";
import { connectTheme } from "./theme";

export function Sidebar() {
  const { t } = useI18n();
  const open = useStore(sidebarOpen);
  const phone = useIsPhone();
  useEffect(() => {
    if (!open) return;
    const close = (event: KeyboardEvent) => event.key === "Escape" && sidebarOpen.set(false);
    addEventListener("keydown", close);
    return () => removeEventListener("keydown", close);
  }, [open]);
  return (
    <>
      {open && <div aria-hidden onClick={() => sidebarOpen.set(false)} className="fixed inset-0 z-30 animate-fade bg-[rgb(8_8_14/0.4)] md:hidden" />}
      <nav
        aria-label={t("nav.main")}
        inert={phone && !open}
        className={cx(
          "no-print flex w-[17.5rem] shrink-0 flex-col bg-surface transition-transform duration-200 max-md:fixed max-md:inset-y-0 max-md:left-0 max-md:z-30 max-md:border-r max-md:border-line md:w-60",
          !open && "max-md:-translate-x-full",
        )}
      >
        <div className="flex items-center gap-1 px-2.5 pt-2.5 pb-2">
          <AccountMenu />
          <NotificationBell />
        </div>
        <div className="flex gap-1.5 px-2.5 pb-3">
          <button type="button" onClick={() => openDialog("quick-add", {})} className="flex h-8 flex-1 items-center gap-2 rounded-lg border border-line-strong bg-bg px-2.5 text-[0.8125rem] font-medium shadow-xs transition-colors hover:bg-hover">
            <Plus aria-hidden size={15} className="shrink-0 text-accent-text" /> {t("nav.add")}
            <kbd aria-hidden className="kbd ml-auto max-md:hidden">Q</kbd>
          </button>
          <button type="button" aria-label={t("command.palette")} title={`${t("command.palette")} (${keyText("$mod+k")})`} onClick={() => openDialog("palette", {})} className="grid size-8 place-items-center rounded-lg border border-line-strong bg-bg text-muted shadow-xs transition-colors hover:bg-hover">
            <Search aria-hidden size={15} />
          </button>
        </div>
        <div className="min-h-0 flex-1 overflow-y-auto px-2.5 pb-3">
          <Screens />
          <TagLinks />
        </div>
        <div className="flex items-center justify-between border-t border-line px-2.5 py-2 max-md:pb-[calc(0.5rem+env(safe-area-inset-bottom))]">
          <NavLink href="/settings/" icon={Settings} label={t("nav.settings")} className="flex-1" />
          <IconButton icon={CircleHelp} label={t("command.shortcuts")} hint="?" onClick={() => openDialog("shortcuts", {})} />
        </div>
      </nav>
    </>
  );
}

function Screens() {
  const { t } = useI18n();
  const counts = useCounts();
  return (
    <>
      <ul className="flex flex-col gap-px">
        <li><NavLink href="/inbox/" icon={Inbox} label={t("nav.inbox")} count={counts.inbox} /></li>
        <li><NavLink href="/today/" icon={CalendarDays} label={t("nav.today")} count={counts.today} late={counts.overdue > 0} /></li>
        <li><NavLink href="/upcoming/" icon={CalendarRange} label={t("nav.upcoming")} /></li>
        <li><NavLink href="/search/" icon={Search} label={t("nav.search")} /></li>
        <li><NavLink href="/recurring/" icon={Repeat2} label={t("nav.recurring")} /></li>
      </ul>
      <ul className="mt-4 flex flex-col gap-px">
        <li><NavLink href="/completed/" icon={CircleCheck} label={t("nav.completed")} /></li>
        <li><NavLink href="/activity/" icon={History} label={t("nav.activity")} /></li>
        <li><NavLink href="/trash/" icon={Trash2} label={t("nav.trash")} /></li>
      </ul>
    </>
  );
}

function NotificationBell() {
  const { t } = useI18n();
  const unread = useUnreadCount();
  return (
    <span className="relative">
      <IconButton icon={Bell} label={unread ? t("nav.unread", { count: unread }) : t("nav.notifications")} onClick={() => openDialog("notifications", {})} />
      {unread > 0 && <span aria-hidden className="pointer-events-none absolute top-0.5 right-0.5 size-2 rounded-full border-2 border-surface bg-accent box-content" />}
    </span>
  );
}

const THEMES: [string, LucideIcon, MessageKey][] = [["light", Sun, "theme.light"], ["dark", Moon, "theme.dark"], ["system", Laptop, "theme.system"]];

function AccountMenu() {
  const { t } = useI18n();
  const user = useStore(session, (state) => state.user);
  const { theme, setTheme } = useTheme();
  useEffect(() => connectTheme(setTheme), [setTheme]);
  const name = useMemo(() => user?.display_name || user?.email.split("@")[0] || "ObsidianList", [user]);
  return (
    <Menu
      align="start"
      label={t("nav.account")}
      trigger={
        <button type="button" aria-label={t("nav.accountOf", { name })} className="flex h-9 min-w-0 flex-1 items-center gap-2.5 rounded-lg px-2 text-left font-semibold hover:bg-hover data-[state=open]:bg-hover">
          <Logo size={22} />
          <span className="min-w-0 truncate">{name}</span>
          <ChevronsUpDown aria-hidden size={13} className="ml-auto shrink-0 text-faint" />
        </button>
      }
    >
      <p className="max-w-60 truncate px-2.5 pt-1.5 pb-2 text-xs text-faint">{user?.email}</p>
      {THEMES.map(([value, icon, label]) => (
        <MenuChoice key={value} checked={theme === value} icon={icon} onSelect={() => setTheme(value)}>{t(label)}</MenuChoice>
      ))}
      <MenuLine />
      <MenuItem icon={Settings} onSelect={() => go("/settings/")}>{t("nav.settings")}</MenuItem>
      <MenuItem icon={Plug} onSelect={() => go("/connect/")}>{t("nav.connect")}</MenuItem>
      <MenuLine />
      <MenuItem icon={LogOut} onSelect={() => void signOut()}>{t("command.signOut")}</MenuItem>
    </Menu>
  );
}
