"use client";
/** Puts a reminder off: for a while, or until tomorrow morning. */
import type { LucideIcon } from "lucide-react";
import { session } from "@/shared/api/session";
import { useI18n } from "@/shared/i18n";
import { addDays, formatTime, instantOf } from "@/shared/lib/dates";
import { useStore } from "@/shared/lib/store";
import { IconButton } from "@/shared/ui/button";
import { Menu, MenuItem, MenuLabel } from "@/shared/ui/menu";
import { notify } from "@/shared/ui/toast";
import { useToday, useZone } from "@/features/tasks/zone";
import { useSnooze, type Until } from "./queries";

interface Props { occurrenceId: string; title: string; icon: LucideIcon; onSnoozed: () => void }

export function SnoozeMenu({ occurrenceId, title, icon, onSnoozed }: Props) {
  const { t, locale } = useI18n();
  const zone = useZone();
  const today = useToday();
  const morning = useStore(session, (state) => state.user?.settings.all_day_reminder_time) ?? "09:00";
  const snooze = useSnooze();
  const tomorrow = `${addDays(today, 1)}T${morning.slice(0, 5)}`;
  const choices: [string, Until][] = [
    [t("notifications.in.minutes", { count: 10 }), { minutes: 10 }],
    [t("notifications.in.hours", { count: 1 }), { minutes: 60 }],
    [t("notifications.in.hours", { count: 3 }), { minutes: 180 }],
    [t("notifications.in.tomorrow", { time: formatTime(tomorrow, locale) }), { until: instantOf(tomorrow, zone).toISOString() }],
  ];
  const put = (when: string, until: Until) =>
    snooze.mutate(
      { occurrence: occurrenceId, until },
      { onSuccess: () => { onSnoozed(); notify.success(t("notifications.snoozed", { when })); }, onError: () => notify.error(t("notifications.notSnoozed")) },
    );
  return (
    <Menu label={t("notifications.snooze")} trigger={<IconButton icon={icon} label={t("notifications.snoozeOf", { title })} />}>
      <MenuLabel>{t("notifications.snooze")}</MenuLabel>
      {choices.map(([when, until]) => <MenuItem key={when} onSelect={() => put(when, until)}>{when}</MenuItem>)}
    </Menu>
  );
}
