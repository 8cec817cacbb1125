/** A line of the navigation: a screen or a tag, with the number of its open tasks. */
import type { LucideIcon } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import type { ReactNode } from "react";
import { useI18n } from "@/shared/i18n";
import { cx } from "@/shared/lib/cx";
import { sidebarOpen } from "./panels";

interface LinkProps { href: string; icon?: LucideIcon; mark?: ReactNode; label: string; count?: number; late?: boolean; current?: boolean; className?: string }

export function NavLink({ href, icon: Icon, mark, label, count, late, current, className }: LinkProps) {
  const path = usePathname();
  const { t, locale } = useI18n();
  const active = current ?? path === href;
  return (
    <Link
      href={href}
      aria-current={active ? "page" : undefined}
      onClick={() => sidebarOpen.set(false)}
      className={cx(
        "flex h-8 items-center gap-2.5 rounded-md px-2 text-[0.8125rem] transition-colors duration-75 max-md:h-10 max-md:text-sm",
        active ? "bg-active font-medium text-fg" : "text-muted hover:bg-hover hover:text-fg",
        className,
      )}
    >
      {Icon ? <Icon aria-hidden size={16} strokeWidth={1.9} className={active ? "text-accent-text" : undefined} /> : mark}
      <span className="flex-1 truncate">{label}</span>
      {count ? (
        <span className={cx("text-xs tabular-nums", late ? "font-medium text-danger" : "text-faint")}>
          {count.toLocaleString(locale)}
          <span className="sr-only"> {t("nav.openTasks", { count })}</span>
        </span>
      ) : null}
    </Link>
  );
}
