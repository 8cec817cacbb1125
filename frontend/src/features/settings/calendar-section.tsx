"use client";
/** The secret address under which calendar programs read the dated tasks. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { CalendarPlus, CalendarSync, ExternalLink } from "lucide-react";
import { calendar as api } from "@/shared/api/endpoints";
import { explain } from "@/shared/api/explain";
import { useI18n } from "@/shared/i18n";
import { Button } from "@/shared/ui/button";
import { CopyField } from "@/shared/ui/copy-field";
import { openDialog } from "@/shared/ui/dialogs";
import { notify } from "@/shared/ui/toast";
import { Card, SettingsGroup, SettingsSkeleton } from "./section";

const key = ["calendar-feed"] as const;

export default function CalendarSection() {
  const { t } = useI18n();
  const client = useQueryClient();
  const { data, error, refetch } = useQuery({ queryKey: key, queryFn: api.state });
  const settled = { onSettled: () => client.invalidateQueries({ queryKey: key }), onError: (failure: Error) => notify.error(t("error.notSaved"), explain(failure)) };
  const create = useMutation({ mutationFn: api.create, ...settled });
  const revoke = useMutation({ mutationFn: api.revoke, onSuccess: () => { create.reset(); notify.success(t("calendar.revoked")); }, ...settled });
  const replace = () => openDialog("confirm", { title: t("calendar.replaceTitle"), text: t("calendar.replaceText"), action: t("calendar.replace"), run: () => create.mutate() });
  const turnOff = () => openDialog("confirm", { title: t("calendar.revokeTitle"), text: t("calendar.revokeText"), action: t("calendar.revoke"), run: () => revoke.mutate() });
  return (
    <SettingsGroup title={t("settings.calendar")} text={t("calendar.text")}>
      <div className="flex flex-col gap-4">
        {create.data && <Address url={new URL(create.data.url, location.origin)} />}
        {error && !data ? <div><Button onClick={() => void refetch()}>{t("status.retry")}</Button></div> : !data ? <SettingsSkeleton rows={1} /> : (
          <Card>
            <div className="flex min-h-15 items-center gap-x-4 gap-y-3 px-4 py-3 max-sm:flex-col max-sm:items-start">
              <span aria-hidden className="grid size-8 shrink-0 place-items-center rounded-lg bg-hover text-muted max-sm:hidden"><CalendarSync size={16} className={data.active ? "text-ok" : undefined} /></span>
              <p className="flex-1 text-[0.8125rem] text-muted">{t(data.active ? "calendar.active" : "calendar.off")}</p>
              {data.active
                ? <div className="flex gap-2"><Button busy={create.isPending} disabled={create.isPending} onClick={replace}>{t("calendar.replace")}</Button><Button variant="danger" busy={revoke.isPending} disabled={revoke.isPending} onClick={turnOff}>{t("calendar.revoke")}</Button></div>
                : <Button variant="primary" icon={CalendarPlus} busy={create.isPending} disabled={create.isPending} onClick={() => create.mutate()}>{t("calendar.create")}</Button>}
            </div>
          </Card>
        )}
      </div>
    </SettingsGroup>
  );
}

function Address({ url }: { url: URL }) {
  const { t } = useI18n();
  return (
    <div role="status" className="flex animate-fade flex-col gap-3 rounded-xl border border-ok/30 bg-ok-soft p-4">
      <p className="text-[0.8125rem] font-medium text-ok">{t("calendar.once")}</p>
      <CopyField label={t("calendar.address")} value={url.href} />
      <p className="text-xs text-pretty text-muted">{t("calendar.steps")}</p>
      <a href={url.href.replace(/^https?:/, "webcal:")} className="inline-flex items-center gap-1.5 text-[0.8125rem] font-medium text-accent-text underline-offset-2 hover:underline"><ExternalLink aria-hidden size={14} /> {t("calendar.open")}</a>
    </div>
  );
}
