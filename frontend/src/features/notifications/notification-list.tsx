"use client";
import { AlarmClock, BellOff, CircleCheck, Info, Newspaper } from "lucide-react";
import type { Notification } from "@/shared/api/types";
import { useI18n } from "@/shared/i18n";
import { cx } from "@/shared/lib/cx";
import { relativeTime } from "@/shared/lib/dates";
import { showTask } from "@/shared/lib/location";
import { useNow } from "@/shared/lib/now";
import { Button, IconButton } from "@/shared/ui/button";
import { EmptyState, RowSkeletons } from "@/shared/ui/empty";
import { notify } from "@/shared/ui/toast";
import { completeTasks, currentTask } from "@/features/tasks/actions";
import { useMarkRead, useNotifications, useSnooze } from "./queries";

const ICONS = { reminder: AlarmClock, digest: Newspaper, system: Info };

export function NotificationList({ onOpened }: { onOpened?: () => void }) {
  const { t } = useI18n();
  const { data, isPending, hasNextPage, fetchNextPage } = useNotifications();
  const items = data?.pages.flatMap((page) => page.items) ?? [];
  if (isPending) return <RowSkeletons count={4} />;
  if (!items.length) return <EmptyState icon={BellOff} title={t("empty.notificationsTitle")} text={t("empty.notificationsText")} />;
  return (
    <>
      <ul className="px-2 pb-2">{items.map((item) => <Item key={item.id} item={item} onOpened={onOpened} />)}</ul>
      {hasNextPage && <div className="flex justify-center pb-4"><Button size="sm" onClick={() => void fetchNextPage()}>{t("list.more")}</Button></div>}
    </>
  );
}

function Item({ item, onOpened }: { item: Notification; onOpened?: () => void }) {
  const { t, locale } = useI18n();
  const now = useNow();
  const read = useMarkRead();
  const snooze = useSnooze();
  const Icon = ICONS[item.kind] ?? Info;
  const task = item.task_id ? currentTask(item.task_id) : undefined;
  const open = () => {
    if (!item.read_at) read.mutate(item.id);
    if (item.task_id) showTask(item.task_id);
    onOpened?.();
  };
  return (
    <li className="group flex items-start gap-3 rounded-lg px-3 py-2.5 hover:bg-hover">
      <Icon aria-hidden size={16} className={cx("mt-0.5 shrink-0", item.read_at ? "text-faint" : "text-accent-text")} />
      <div className="min-w-0 flex-1">
        <button type="button" onClick={open} className={cx("block max-w-full truncate text-left", !item.read_at && "font-medium")}>
          {item.title}
          {!item.read_at && <span className="sr-only"> ({t("notifications.unread")})</span>}
        </button>
        {item.body && <p className="line-clamp-2 text-[0.8125rem] text-muted">{item.body}</p>}
        <p className="text-xs text-faint">{relativeTime(item.created_at, locale, now)}</p>
      </div>
      <div className="flex shrink-0 items-center">
        {item.occurrence_id && task?.status === "open" && (
          <>
            <IconButton icon={AlarmClock} label={t("notifications.snooze")} onClick={() => { snooze.mutate({ occurrence: item.occurrence_id!, minutes: 10 }); read.mutate(item.id); notify.success(t("notifications.snoozed")); }} />
            <IconButton icon={CircleCheck} label={t("task.completeNamed", { title: task.title })} onClick={() => { completeTasks([task]); read.mutate(item.id); }} />
          </>
        )}
        {!item.read_at && <button type="button" aria-label={t("notifications.markRead", { title: item.title })} title={t("notifications.read")} onClick={() => read.mutate(item.id)} className="hit grid size-7 place-items-center rounded-md hover:bg-active"><span className="size-2 rounded-full bg-accent" /></button>}
      </div>
    </li>
  );
}
