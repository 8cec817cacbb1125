"use client";
import { CheckCheck, Settings2 } from "lucide-react";
import { useI18n } from "@/shared/i18n";
import { Button, IconButton } from "@/shared/ui/button";
import { PageHeader } from "@/shared/ui/page-header";
import { useRouter } from "next/navigation";
import { NotificationList } from "./notification-list";
import { useMarkRead, useUnreadCount } from "./queries";

export function NotificationsPage() {
  const { t } = useI18n();
  const router = useRouter();
  const unread = useUnreadCount();
  const read = useMarkRead();
  return (
    <>
      <PageHeader title={t("nav.notifications")} note={unread ? <span aria-label={t("nav.unread", { count: unread })} role="img">{unread}</span> : undefined}>
        {unread > 0 && <Button size="sm" icon={CheckCheck} onClick={() => read.mutate(null)}><span className="max-sm:sr-only">{t("notifications.readAll")}</span></Button>}
        <IconButton icon={Settings2} label={t("notifications.settings")} onClick={() => router.push("/settings/?section=notifications")} />
      </PageHeader>
      <div className="max-w-3xl sm:px-3"><NotificationList /></div>
    </>
  );
}
