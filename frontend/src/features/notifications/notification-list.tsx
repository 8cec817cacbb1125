"use client";
import { AlarmClock, Bell, BellOff, CircleCheck, Clock, Info, Newspaper } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import type { Notification } from "@/shared/api/types";
import { useI18n } from "@/shared/i18n";
import { cx } from "@/shared/lib/cx";
import { relativeTime } from "@/shared/lib/dates";
import { showTask } from "@/shared/lib/location";
import { useNow } from "@/shared/lib/now";
import { Button, IconButton } from "@/shared/ui/button";
import { EmptyState } from "@/shared/ui/empty";
import { ListFrame } from "@/features/lists/list-frame";
import { completeTasks } from "@/features/tasks/actions";
import { useOpenTasks } from "@/features/tasks/queries";
import { useMarkRead, useNotifications } from "./queries";
import { SnoozeMenu } from "./snooze-menu";

const ICONS = { reminder: AlarmClock, digest: Newspaper, system: Info };

export function NotificationList({ onOpened }: { onOpened?: () => void }) {
  const { t } = useI18n();
  const [onlyUnread, setOnlyUnread] = useState(false);
  const list = useNotifications();
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  const shown = onlyUnread ? items.filter((item) => !item.read_at) : items;
  const settings = <Link href="/settings/?section=notifications" onClick={onOpened} className="font-medium text-accent-text underline-offset-2 hover:underline">{t("notifications.settings")}</Link>;
  const empty = onlyUnread && items.length
    ? <EmptyState icon={Bell} title={t("empty.unreadTitle")}><Button onClick={() => setOnlyUnread(false)}>{t("notifications.all")}</Button></EmptyState>
    : <EmptyState icon={BellOff} title={t("empty.notificationsTitle")} text={t("empty.notificationsText")}>{settings}</EmptyState>;
  return (
    <>
      {items.length > 0 && (
        <div role="group" aria-label={t("notifications.show")} className="flex gap-1 px-5 pb-2">
          {[false, true].map((unread) => (
            <button key={String(unread)} type="button" aria-pressed={onlyUnread === unread} onClick={() => setOnlyUnread(unread)} className={cx("h-7 rounded-full px-3 text-[0.8125rem]", onlyUnread === unread ? "bg-active font-medium" : "text-muted hover:bg-hover")}>{t(unread ? "notifications.onlyUnread" : "notifications.all")}</button>
          ))}
        </div>
      )}
      <ListFrame isPending={list.isPending} error={list.data ? null : list.error} refetch={() => void list.refetch()} isEmpty={!shown.length} empty={empty}>
        <ul aria-label={t("nav.notifications")} className="px-2 pb-2">{shown.map((item) => <Item key={item.id} item={item} onOpened={onOpened} />)}</ul>
      </ListFrame>
      {list.hasNextPage && <div className="flex justify-center pb-4"><Button size="sm" busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t("list.more")}</Button></div>}
    </>
  );
}

function Item({ item, onOpened }: { item: Notification; onOpened?: () => void }) {
  const { t, locale } = useI18n();
  const now = useNow();
  const read = useMarkRead();
  const { tasks } = useOpenTasks();
  const Icon = ICONS[item.kind];
  const task = item.task_id ? tasks.find((each) => each.id === item.task_id && each.status === "open") : undefined;
  const markRead = () => !item.read_at && read.mutate(item.id);
  const open = () => {
    markRead();
    if (item.task_id) showTask(item.task_id);
    onOpened?.();
  };
  return (
    <li className="group flex items-start gap-3 rounded-lg px-3 py-2.5 hover:bg-hover">
      <span aria-hidden className={cx("grid size-8 shrink-0 place-items-center rounded-lg", item.read_at ? "bg-hover text-faint" : "bg-accent-soft text-accent-text")}><Icon size={16} /></span>
      <div className="min-w-0 flex-1">
        <button type="button" onClick={open} className={cx("block max-w-full truncate text-left hover:underline", item.read_at ? "text-muted" : "font-medium")}>
          {item.title}
          {!item.read_at && <span className="sr-only"> ({t("notifications.unread")})</span>}
        </button>
        {item.body && <p className="line-clamp-3 text-[0.8125rem] whitespace-pre-line text-muted">{item.body}</p>}
        <p className="text-xs text-faint"><time dateTime={item.created_at}>{relativeTime(item.created_at, locale, now)}</time></p>
      </div>
      <div className="flex shrink-0 items-center">
        {task && item.occurrence_id && <SnoozeMenu occurrenceId={item.occurrence_id} title={task.title} onSnoozed={markRead} icon={Clock} />}
        {task && <IconButton icon={CircleCheck} label={t("task.completeNamed", { title: task.title })} onClick={() => { completeTasks([task]); markRead(); }} />}
        {!item.read_at && <button type="button" aria-label={t("notifications.markRead", { title: item.title })} title={t("notifications.read")} onClick={markRead} className="hit grid size-7 place-items-center rounded-md hover:bg-active"><span className="size-2 rounded-full bg-accent" /></button>}
      </div>
    </li>
  );
}
