"use client";
import { CheckCheck } from "lucide-react";
import { useI18n } from "@/shared/i18n";
import { IconButton } from "@/shared/ui/button";
import { PageHeader } from "@/shared/ui/page-header";
import { NotificationList } from "./notification-list";
import { useMarkRead, useUnreadCount } from "./queries";

export function NotificationsPage() {
  const { t } = useI18n();
  const unread = useUnreadCount();
  const read = useMarkRead();
  return (
    <>
      <PageHeader title={t("nav.notifications")} note={unread ? t("nav.unread", { count: unread }) : undefined}>
        {unread > 0 && <IconButton icon={CheckCheck} label={t("notifications.readAll")} onClick={() => read.mutate(null)} />}
      </PageHeader>
      <div className="mx-auto max-w-3xl sm:px-3"><NotificationList /></div>
    </>
  );
}
