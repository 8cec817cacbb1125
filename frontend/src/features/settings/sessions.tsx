"use client";
/** Where the account is signed in, with a way out from here. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Laptop, LogOut, Smartphone } from "lucide-react";
import { auth } from "@/shared/api/endpoints";
import { explain } from "@/shared/api/explain";
import type { SignedIn } from "@/shared/api/types";
import { useI18n } from "@/shared/i18n";
import { formatInstant, relativeTime } from "@/shared/lib/dates";
import { useNow } from "@/shared/lib/now";
import { programOf } from "@/shared/lib/user-agent";
import { Button, IconButton } from "@/shared/ui/button";
import { notify } from "@/shared/ui/toast";
import { useZone } from "@/features/tasks/zone";
import { Badge, Item, List, SettingsGroup, SettingsSkeleton } from "./section";

const key = ["sessions"] as const;

export function Sessions() {
  const { t } = useI18n();
  const client = useQueryClient();
  const { data, error, refetch } = useQuery({ queryKey: key, queryFn: auth.sessions });
  const settled = {
    onSuccess: () => notify.success(t("sessions.ended")),
    onError: (failure: Error) => notify.error(t("error.notSaved"), explain(failure)),
    onSettled: () => client.invalidateQueries({ queryKey: key }),
  };
  const end = useMutation({ mutationFn: auth.endSession, ...settled });
  const endOthers = useMutation({ mutationFn: auth.endOtherSessions, ...settled });
  const others = data?.items.filter((each) => !each.current) ?? [];
  return (
    <SettingsGroup
      title={t("settings.sessions")}
      text={t("settings.sessionsText")}
      action={others.length > 0 && <Button size="sm" busy={endOthers.isPending} disabled={endOthers.isPending} onClick={() => endOthers.mutate()}>{t("sessions.endOthers")}</Button>}
    >
      {error && !data ? <Button onClick={() => void refetch()}>{t("status.retry")}</Button> : !data ? <SettingsSkeleton rows={1} /> : (
        <List label={t("settings.sessions")}>{data.items.map((each) => <SessionItem key={each.id} session={each} onEnd={() => end.mutate(each.id)} />)}</List>
      )}
    </SettingsGroup>
  );
}

function SessionItem({ session, onEnd }: { session: SignedIn; onEnd: () => void }) {
  const { t, locale } = useI18n();
  const zone = useZone();
  const now = useNow();
  const program = programOf(session.user_agent);
  const name = program.browser ? (program.system ? t("device.on", { browser: program.browser, system: program.system }) : program.browser) : session.user_agent.slice(0, 60) || t("sessions.unknown");
  return (
    <Item
      icon={program.phone ? <Smartphone size={16} /> : <Laptop size={16} />}
      title={name}
      badge={session.current && <Badge>{t("sessions.current")}</Badge>}
      text={[t("sessions.lastUsed", { when: relativeTime(session.last_used_at, locale, now) }), t("sessions.since", { date: formatInstant(session.started_at, locale, zone, { dateStyle: "medium" }) })].join(" · ")}
    >
      {!session.current && <IconButton icon={LogOut} label={t("sessions.end", { name })} onClick={onEnd} />}
    </Item>
  );
}
