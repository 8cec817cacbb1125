"use client";
/** The secret address under which calendar programs read the dated tasks. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { CalendarPlus } from "lucide-react";
import { calendar as api } from "@/shared/api/endpoints";
import { useI18n } from "@/shared/i18n";
import { formatInstant } from "@/shared/lib/dates";
import { Button } from "@/shared/ui/button";
import { CopyField } from "@/shared/ui/copy-field";
import { notify } from "@/shared/ui/toast";
import { useZone } from "@/features/tasks/zone";
import { List, SettingsGroup } from "./section";

const key = ["calendar-feeds"] as const;

export default function CalendarSection() {
  const { t, locale } = useI18n();
  const zone = useZone();
  const client = useQueryClient();
  const { data } = useQuery({ queryKey: key, queryFn: api.feeds });
  const settled = { onSettled: () => client.invalidateQueries({ queryKey: key }), onError: (error: Error) => notify.error(t("error.notSaved"), error.message) };
  const create = useMutation({ mutationFn: api.create, ...settled });
  const revoke = useMutation({ mutationFn: api.revoke, ...settled });
  const url = create.data?.url;
  return (
    <SettingsGroup title={t("settings.calendar")} text={t("calendar.text")}>
      {url && <div role="status" className="mb-4 rounded-lg bg-ok-soft p-3"><p className="mb-2 text-[0.8125rem] text-ok">{t("calendar.once")}</p><CopyField label={t("calendar.address")} value={new URL(url, location.origin).href} /></div>}
      {data && data.items.length > 0 && (
        <List>
          {data.items.map((feed) => (
            <li key={feed.id} className="flex items-center justify-between gap-3 px-3 py-2.5">
              <span className="text-[0.8125rem] text-muted">{t("calendar.since", { date: formatInstant(feed.created_at, locale, zone, { dateStyle: "medium" }) })}</span>
              <Button size="sm" variant="danger" onClick={() => revoke.mutate(feed.id)}>{t("calendar.revoke")}</Button>
            </li>
          ))}
        </List>
      )}
      <Button icon={CalendarPlus} className="mt-3" busy={create.isPending} disabled={create.isPending} onClick={() => create.mutate()}>{t("calendar.create")}</Button>
    </SettingsGroup>
  );
}
