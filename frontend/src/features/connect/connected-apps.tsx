"use client";
/** Apps let in through OAuth: since when, what they may do, and a button that shuts them out. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Plug, Unplug } from "lucide-react";
import { connections } from "@/shared/api/endpoints";
import { explain } from "@/shared/api/explain";
import type { Schemas, TokenScope } from "@/shared/api/types";
import { useI18n } from "@/shared/i18n";
import { formatInstant, relativeTime } from "@/shared/lib/dates";
import { useNow } from "@/shared/lib/now";
import { Button, IconButton } from "@/shared/ui/button";
import { openDialog } from "@/shared/ui/dialogs";
import { notify } from "@/shared/ui/toast";
import { Item, List, SettingsSkeleton } from "@/features/settings/section";
import { useZone } from "@/features/tasks/zone";

const key = ["connections"] as const;

export function ConnectedApps() {
  const { t } = useI18n();
  const { data, error, refetch } = useQuery({ queryKey: key, queryFn: connections.list });
  if (error && !data) return <div><Button onClick={() => void refetch()}>{t("status.retry")}</Button></div>;
  if (!data) return <SettingsSkeleton rows={1} />;
  if (!data.items.length) return <p className="rounded-xl border border-dashed border-line-strong px-6 py-5 text-center text-muted">{t("connect.appsNone")}</p>;
  return <List label={t("connect.apps")}>{data.items.map((app) => <App key={app.id} app={app} />)}</List>;
}

function App({ app }: { app: Schemas["Connection"] }) {
  const { t, locale } = useI18n();
  const zone = useZone();
  const now = useNow();
  const client = useQueryClient();
  const end = useMutation({
    mutationFn: () => connections.end(app.id),
    onSuccess: () => notify.success(t("connect.disconnected")),
    onError: (error: Error) => notify.error(t("error.notSaved"), explain(error)),
    onSettled: () => client.invalidateQueries({ queryKey: key }),
  });
  const line = [
    app.scopes.map((scope) => t(`scope.${scope as TokenScope}`)).join(", "),
    t("connect.since", { date: formatInstant(app.since, locale, zone, { dateStyle: "medium" }) }),
    t("tokens.lastUsed", { when: relativeTime(app.last_used_at, locale, now) }),
  ];
  return (
    <Item icon={<Plug size={16} />} title={app.client_name} text={line.join(" · ")}>
      <IconButton icon={Unplug} label={t("connect.disconnect", { name: app.client_name })} onClick={() => openDialog("confirm", { title: t("connect.disconnectTitle", { name: app.client_name }), text: t("connect.disconnectText"), action: t("connect.disconnectAction"), run: () => end.mutateAsync().catch(() => undefined) })} />
    </Item>
  );
}
