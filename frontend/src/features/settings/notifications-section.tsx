"use client";
/** Where reminders arrive, when they keep quiet, and which devices get push. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { auth, notifications as api } from "@/shared/api/endpoints";
import { session, setUser } from "@/shared/api/session";
import type { ChannelName, Preferences } from "@/shared/api/types";
import { useI18n, type MessageKey } from "@/shared/i18n";
import { useStore } from "@/shared/lib/store";
import { Field, SelectField, Switch } from "@/shared/ui/form";
import { notify } from "@/shared/ui/toast";
import { Devices } from "./devices";
import { SettingsGroup } from "./section";

const CHANNELS: ChannelName[] = ["push", "email", "in_app"];
const KINDS = ["reminder", "digest"] as const;
const DEFAULTS = ["", "0", "5", "10", "15", "30", "60", "1440"];
const key = ["preferences"] as const;

export default function NotificationsSection() {
  return (
    <>
      <Devices />
      <Channels />
      <Defaults />
    </>
  );
}

function Channels() {
  const { t } = useI18n();
  const client = useQueryClient();
  const { data } = useQuery({ queryKey: key, queryFn: api.preferences });
  const change = useMutation({
    mutationFn: (next: Partial<Pick<Preferences, "channels" | "quiet_hours">>) => api.changePreferences(next),
    onMutate: (next) => client.setQueryData<Preferences>(key, (old) => old && { ...old, ...next, channels: { ...old.channels, ...next.channels } }),
    onSuccess: (saved) => saved && client.setQueryData(key, saved),
    onError: (error: Error) => { notify.error(t("error.notSaved"), error.message); void client.invalidateQueries({ queryKey: key }); },
  });
  if (!data) return <div className="skeleton mb-9 h-40" />;
  const quiet = data.quiet_hours;
  return (
    <>
      <SettingsGroup title={t("settings.channels")} text={t("settings.channelsText")}>
        <div className="overflow-x-auto rounded-lg border border-line">
          <table className="w-full text-[0.8125rem]">
            <thead><tr className="border-b border-line text-faint"><th scope="col" className="px-3 py-2 text-left font-medium">{t("settings.kind")}</th>{CHANNELS.map((channel) => <th key={channel} scope="col" className="px-3 py-2 font-medium">{t(`channel.${channel}`)}</th>)}</tr></thead>
            <tbody>
              {KINDS.filter((kind) => data.channels[kind]).map((kind) => (
                <tr key={kind} className="border-b border-line last:border-0">
                  <th scope="row" className="px-3 py-2.5 text-left font-normal">{t(`kind.${kind}`)}</th>
                  {CHANNELS.map((channel) => (
                    <td key={channel} className="px-3 py-2.5 text-center">
                      <input
                        type="checkbox"
                        aria-label={`${t(`kind.${kind}` as MessageKey)}: ${t(`channel.${channel}`)}`}
                        checked={data.channels[kind]![channel]}
                        onChange={(event) => change.mutate({ channels: { ...data.channels, [kind]: { ...data.channels[kind], [channel]: event.target.checked } } })}
                        className="size-6 accent-[var(--accent)] sm:size-4.5"
                      />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </SettingsGroup>
      <SettingsGroup title={t("settings.quiet")} text={t("settings.quietText")}>
        <Switch label={t("settings.quietOn")} checked={quiet.enabled} onChange={(enabled) => change.mutate({ quiet_hours: { ...quiet, enabled } })} />
        {quiet.enabled && (
          <div className="mt-2 flex gap-4">
            {(["start", "end"] as const).map((edge) => (
              <Field key={edge} label={t(`settings.quiet.${edge}`)}>{(props) => <input type="time" className="field w-32" required value={quiet[edge].slice(0, 5)} onChange={(event) => event.target.value && change.mutate({ quiet_hours: { ...quiet, [edge]: event.target.value } })} {...props} />}</Field>
            ))}
          </div>
        )}
      </SettingsGroup>
    </>
  );
}

function Defaults() {
  const { t } = useI18n();
  const user = useStore(session, (state) => state.user);
  const change = useMutation({ mutationFn: auth.change, onSuccess: setUser, onError: (error: Error) => notify.error(t("error.notSaved"), error.message) });
  if (!user) return null;
  const minutes = user.settings?.default_reminder_minutes;
  return (
    <SettingsGroup title={t("settings.defaults")}>
      <div className="flex max-w-sm flex-col gap-4">
        <SelectField label={t("settings.defaultReminder")} hint={t("settings.defaultReminderHint")} value={minutes ?? ""} onChange={(event) => change.mutate({ settings: { default_reminder_minutes: event.target.value === "" ? null : Number(event.target.value) } })}>
          {DEFAULTS.map((value) => <option key={value} value={value}>{value === "" ? t("settings.noReminder") : value === "0" ? t("reminder.atTime") : value === "1440" ? t("reminder.days", { count: 1 }) : value === "60" ? t("reminder.hours", { count: 1 }) : t("reminder.minutes", { count: Number(value) })}</option>)}
        </SelectField>
        <Field label={t("settings.allDayTime")} hint={t("settings.allDayTimeHint")}>
          {(props) => <input type="time" required className="field w-32" defaultValue={user.settings?.all_day_reminder_time?.slice(0, 5) ?? "09:00"} onBlur={(event) => event.target.value && event.target.value !== user.settings?.all_day_reminder_time?.slice(0, 5) && change.mutate({ settings: { all_day_reminder_time: event.target.value } })} {...props} />}
        </Field>
      </div>
    </SettingsGroup>
  );
}
