"use client";
/** The secret address under which calendar programs read the dated tasks. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { CalendarPlus } from "lucide-react";
import { calendar as api } from "@/shared/api/endpoints";
import { useI18n } from "@/shared/i18n";
import { Button } from "@/shared/ui/button";
import { CopyField } from "@/shared/ui/copy-field";
import { notify } from "@/shared/ui/toast";
import { List, SettingsGroup } from "./section";

const key = ["calendar-feed"] as const;

export default function CalendarSection() {
  const { t } = useI18n();
  const client = useQueryClient();
  const { data } = useQuery({ queryKey: key, queryFn: api.state });
  const settled = { onSettled: () => client.invalidateQueries({ queryKey: key }), onError: (error: Error) => notify.error(t("error.notSaved"), error.message) };
  const create = useMutation({ mutationFn: api.create, ...settled });
  const revoke = useMutation({ mutationFn: api.revoke, ...settled });
  const url = create.data?.url;
  return (
    <SettingsGroup title={t("settings.calendar")} text={t("calendar.text")}>
      {url && <div role="status" className="mb-4 rounded-lg bg-ok-soft p-3"><p className="mb-2 text-[0.8125rem] text-ok">{t("calendar.once")}</p><CopyField label={t("calendar.address")} value={new URL(url, location.origin).href} /></div>}
      {data?.active && (
        <List>
          <li className="flex items-center justify-between gap-3 px-3 py-2.5">
            <span className="text-[0.8125rem] text-muted">{t("calendar.active")}</span>
            <Button size="sm" variant="danger" onClick={() => revoke.mutate()}>{t("calendar.revoke")}</Button>
          </li>
        </List>
      )}
      <Button icon={CalendarPlus} className="mt-3" busy={create.isPending} disabled={create.isPending} onClick={() => create.mutate()}>{t("calendar.create")}</Button>
    </SettingsGroup>
  );
}
