"use client";
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
      {unread > 0 && <div className="flex items-center justify-between px-5 pb-2 text-[0.8125rem] text-muted">{t("nav.unread", { count: unread })}<Button size="sm" variant="ghost" onClick={() => read.mutate(null)}>{t("notifications.readAll")}</Button></div>}
      <div className="min-h-0 overflow-y-auto"><NotificationList onOpened={onClose} /></div>
    </Dialog>
  );
}
