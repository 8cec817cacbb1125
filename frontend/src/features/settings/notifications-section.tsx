"use client";
/** Where reminders arrive, when they keep quiet, which devices get push, and what new tasks start with. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { notifications as api } from "@/shared/api/endpoints";
import { session } from "@/shared/api/session";
import { explain } from "@/shared/api/explain";
import type { ChannelName, MessageKind, Preferences } from "@/shared/api/types";
import { useI18n } from "@/shared/i18n";
import { formatInstant, formatTime } from "@/shared/lib/dates";
import { useStore } from "@/shared/lib/store";
import { Button } from "@/shared/ui/button";
import { Switch } from "@/shared/ui/form";
import { notify } from "@/shared/ui/toast";
import { useZone } from "@/features/tasks/zone";
import { Devices } from "./devices";
import { Card, Row, SettingsGroup, SettingsSkeleton } from "./section";
import { useProfileChange } from "./use-profile";

const CHANNELS: ChannelName[] = ["push", "email", "in_app"];
const KINDS: MessageKind[] = ["reminder", "digest"];
const DEFAULTS = ["", "0", "5", "10", "15", "30", "60", "1440"];
const key = ["preferences"] as const;
type Change = { channels?: Partial<Record<MessageKind, Partial<Record<ChannelName, boolean>>>>; email_fallback?: boolean; quiet_hours?: Partial<Preferences["quiet_hours"]> };

/** What the preferences will be: a change names only what is new. */
const changed = (old: Preferences, { channels, email_fallback = old.email_fallback, quiet_hours }: Change): Preferences => ({
  ...old,
  email_fallback,
  channels: { reminder: { ...old.channels.reminder, ...channels?.reminder }, digest: { ...old.channels.digest, ...channels?.digest } },
  quiet_hours: { ...old.quiet_hours, ...quiet_hours },
});

export default function NotificationsSection() {
  const { t } = useI18n();
  const client = useQueryClient();
  const { data, error, refetch } = useQuery({ queryKey: key, queryFn: api.preferences });
  const change = useMutation({
    mutationKey: key,
    scope: { id: "preferences" },
    mutationFn: (next: Change) => api.changePreferences(next),
    onMutate: (next) => client.setQueryData<Preferences>(key, (old) => old && changed(old, next)),
    // The answer of one change does not know of those that wait behind it.
    onSuccess: (saved) => { if (client.isMutating({ mutationKey: key }) === 1) client.setQueryData(key, saved); },
    onError: (failure: Error) => { notify.error(t("error.notSaved"), explain(failure)); void client.invalidateQueries({ queryKey: key }); },
  });
  return (
    <>
      <Devices />
      {data ? <><Channels preferences={data} onChange={change.mutate} /><QuietHours preferences={data} onChange={change.mutate} /></> : error ? <Button onClick={() => void refetch()}>{t("status.retry")}</Button> : <div className="mb-10"><SettingsSkeleton /></div>}
      <Defaults />
    </>
  );
}

interface Props { preferences: Preferences; onChange: (change: Change) => void }

function Channels({ preferences, onChange }: Props) {
  const { t, locale } = useI18n();
  const zone = useZone();
  const suppressed = preferences.email_suppressed;
  const email = useStore(session, ({ user }) => (user?.email_confirmed === false ? user.email : undefined));
  return (
    <SettingsGroup title={t("settings.channels")} text={t("settings.channelsText")}>
      {suppressed && (
        <div role="status" className="mb-3 flex flex-wrap items-center justify-between gap-3 rounded-xl bg-warn-soft px-4 py-3 text-[0.8125rem] text-warn">
          {t("settings.emailSuppressed", { date: formatInstant(suppressed.since, locale, zone, { dateStyle: "medium" }) })}
          <Button size="sm" onClick={() => onChange({ channels: { reminder: { email: true } } })}>{t("settings.emailAgain")}</Button>
        </div>
      )}
      {email && <p role="status" className="mb-3 rounded-xl bg-accent-soft px-4 py-3 text-[0.8125rem]">{t("settings.emailUnconfirmed", { email })}</p>}
      <Card>
        <table className="w-full text-[0.8125rem]">
          <thead>
            <tr className="border-b border-line text-xs text-faint">
              <th scope="col" className="px-4 py-2.5 text-left font-normal">{t("settings.kind")}</th>
              {CHANNELS.map((channel) => <th key={channel} scope="col" className="w-20 px-1 py-2.5 font-normal sm:w-24">{t(`channel.${channel}`)}</th>)}
            </tr>
          </thead>
          <tbody>
            {KINDS.map((kind) => (
              <tr key={kind} className="border-b border-line last:border-0">
                <th scope="row" className="px-4 py-3 text-left font-normal"><span className="block text-sm font-medium">{t(`kind.${kind}`)}</span><span className="mt-0.5 block text-xs text-faint max-sm:hidden">{t(`kind.${kind}Hint`)}</span></th>
                {CHANNELS.map((channel) => (
                  <td key={channel} className="text-center">
                    <input
                      type="checkbox"
                      aria-label={`${t(`kind.${kind}`)}: ${t(`channel.${channel}`)}`}
                      checked={preferences.channels[kind][channel]}
                      onChange={(event) => onChange({ channels: { [kind]: { [channel]: event.target.checked } } })}
                      className="hit size-6 align-middle accent-[var(--accent)] sm:size-4.5"
                    />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
        <div className="border-t border-line px-4 py-1.5">
          <Switch label={t("settings.emailFallback")} hint={t("settings.emailFallbackHint")} checked={preferences.email_fallback} onChange={(email_fallback) => onChange({ email_fallback })} />
        </div>
      </Card>
    </SettingsGroup>
  );
}

function QuietHours({ preferences, onChange }: Props) {
  const { t, locale } = useI18n();
  const zone = useZone();
  const quiet = preferences.quiet_hours;
  const time = (wall: string) => formatTime(`2024-01-01T${wall}`, locale);
  return (
    <SettingsGroup title={t("settings.quiet")} text={t("settings.quietText")}>
      <Card>
        <div className="px-4 py-1.5">
          <Switch label={t("settings.quietOn")} hint={quiet.enabled ? t("settings.quietSpan", { start: time(quiet.start), end: time(quiet.end), zone: zone.replaceAll("_", " ") }) : undefined} checked={quiet.enabled} onChange={(enabled) => onChange({ quiet_hours: { enabled } })} />
        </div>
        {quiet.enabled && (["start", "end"] as const).map((edge) => (
          <Row key={edge} label={t(`settings.quiet.${edge}`)} narrow>
            {(props) => <input type="time" className="field w-32" required defaultValue={quiet[edge]} key={quiet[edge]} onBlur={(event) => event.target.value && event.target.value !== quiet[edge] && onChange({ quiet_hours: { [edge]: event.target.value } })} {...props} />}
          </Row>
        ))}
      </Card>
    </SettingsGroup>
  );
}

function Defaults() {
  const { t } = useI18n();
  const user = useStore(session, (state) => state.user);
  const change = useProfileChange();
  if (!user) return null;
  const { default_reminder_minutes: minutes, all_day_reminder_time: allDay } = user.settings;
  const words = (value: string) => {
    if (value === "") return t("settings.noReminder");
    if (value === "0") return t("reminder.atTime");
    if (value === "1440") return t("reminder.days", { count: 1 });
    return value === "60" ? t("reminder.hours", { count: 1 }) : t("reminder.minutes", { count: Number(value) });
  };
  const chosen = minutes === null ? "" : String(minutes);
  return (
    <SettingsGroup title={t("settings.defaults")}>
      <Card>
        <Row label={t("settings.defaultReminder")} hint={t("settings.defaultReminderHint")}>
          {(props) => (
            <select className="field" value={chosen} onChange={(event) => change.mutate({ settings: { default_reminder_minutes: event.target.value === "" ? null : Number(event.target.value) } })} {...props}>
              {[...new Set([...DEFAULTS, chosen])].map((value) => <option key={value} value={value}>{words(value)}</option>)}
            </select>
          )}
        </Row>
        <Row label={t("settings.allDayTime")} hint={t("settings.allDayTimeHint")} narrow>
          {(props) => <input type="time" required className="field w-32" key={allDay} defaultValue={allDay.slice(0, 5)} onBlur={(event) => event.target.value && event.target.value !== allDay.slice(0, 5) && change.mutate({ settings: { all_day_reminder_time: event.target.value } })} {...props} />}
        </Row>
      </Card>
    </SettingsGroup>
  );
}
