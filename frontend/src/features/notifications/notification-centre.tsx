"use client";
import Link from "next/link";
import { useI18n } from "@/shared/i18n";
import { Button } from "@/shared/ui/button";
import { Dialog } from "@/shared/ui/dialog";
import { NotificationList } from "./notification-list";
import { useMarkRead, useUnreadCount } from "./queries";

export default function NotificationCentre({ onClose }: { onClose: () => void }) {
  const { t } = useI18n();
  const unread = useUnreadCount();
  const read = useMarkRead();
  return (
    <Dialog title={t("nav.notifications")} top onClose={onClose} className="max-w-lg">
      <div className="min-h-0 overflow-y-auto"><NotificationList onOpened={onClose} /></div>
      <div className="flex h-11 shrink-0 items-center justify-between border-t border-line bg-surface px-5 text-[0.8125rem]">
        <Link href="/notifications/" onClick={onClose} className="font-medium text-accent-text underline-offset-2 hover:underline">{t("notifications.openAll")}</Link>
        {unread > 0 && <Button size="sm" variant="ghost" onClick={() => read.mutate(null)}>{t("notifications.readAll")}</Button>}
      </div>
    </Dialog>
  );
}
