"use client";
/** Name, zone, language, week; password; the account's end. */
import { useMutation } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { auth } from "@/shared/api/endpoints";
import { ApiError } from "@/shared/api/errors";
import { endSession, session, setUser } from "@/shared/api/session";
import { LANGUAGES, languageOf, localeFor, useI18n } from "@/shared/i18n";
import { addDays, formatDate } from "@/shared/lib/dates";
import { useStore } from "@/shared/lib/store";
import { Button } from "@/shared/ui/button";
import { SelectField, TextField } from "@/shared/ui/form";
import { notify } from "@/shared/ui/toast";
import { SettingsGroup } from "./section";

const zones = () => (typeof Intl.supportedValuesOf === "function" ? ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")] : []);
const MONDAY = "2024-01-01";

export default function ProfileSection() {
  return (
    <>
      <Profile />
      <Password />
      <DeleteAccount />
    </>
  );
}

function Profile() {
  const { t, locale } = useI18n();
  const user = useStore(session, (state) => state.user);
  const change = useMutation({ mutationFn: auth.change, onSuccess: (next) => { setUser(next); notify.success(t("settings.saved")); }, onError: (error: Error) => notify.error(t("error.notSaved"), error.message) });
  if (!user) return null;
  const all = zones();
  return (
    <SettingsGroup title={t("settings.profile")} text={user.email}>
      <div className="flex max-w-sm flex-col gap-4">
        <TextField key={user.display_name} label={t("auth.name")} autoComplete="name" defaultValue={user.display_name ?? ""} maxLength={100} onBlur={(event) => event.target.value.trim() !== (user.display_name ?? "") && change.mutate({ display_name: event.target.value.trim() })} />
        <SelectField label={t("settings.zone")} hint={t("settings.zoneHint")} value={user.time_zone} onChange={(event) => change.mutate({ time_zone: event.target.value })}>
          {(all.includes(user.time_zone) ? all : [user.time_zone, ...all]).map((zone) => <option key={zone} value={zone}>{zone.replaceAll("_", " ")}</option>)}
        </SelectField>
        <SelectField label={t("settings.language")} value={languageOf(user.locale)} onChange={(event) => change.mutate({ locale: localeFor(event.target.value) })}>
          {Object.entries(LANGUAGES).map(([code, { name }]) => <option key={code} value={code} lang={code}>{name}</option>)}
        </SelectField>
        <SelectField label={t("settings.weekStart")} value={user.week_start} onChange={(event) => change.mutate({ week_start: Number(event.target.value) })}>
          {[0, 5, 6].map((day) => <option key={day} value={day}>{formatDate(addDays(MONDAY, day), locale, { weekday: "long" })}</option>)}
        </SelectField>
      </div>
    </SettingsGroup>
  );
}

function Password() {
  const { t } = useI18n();
  const change = useMutation({ mutationFn: auth.password });
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const data = new FormData(form);
    change.mutate({ current_password: String(data.get("current")), new_password: String(data.get("new")) }, { onSuccess: () => { form.reset(); notify.success(t("settings.passwordChanged")); } });
  }
  const problem = change.error instanceof ApiError ? change.error : null;
  return (
    <SettingsGroup title={t("settings.password")} text={t("settings.passwordText")}>
      <form onSubmit={submit} className="flex max-w-sm flex-col gap-4">
        <TextField label={t("settings.currentPassword")} name="current" type="password" autoComplete="current-password" required error={problem?.field("current_password") ?? (problem && !problem.field("new_password") ? problem.message : undefined)} />
        <TextField label={t("settings.newPassword")} name="new" type="password" autoComplete="new-password" minLength={8} maxLength={128} required hint={t("auth.passwordHint")} error={problem?.field("new_password")} />
        <div><Button type="submit" busy={change.isPending} disabled={change.isPending}>{t("settings.changePassword")}</Button></div>
      </form>
    </SettingsGroup>
  );
}

function DeleteAccount() {
  const { t } = useI18n();
  const [asking, setAsking] = useState(false);
  const remove = useMutation({ mutationFn: auth.remove, onSuccess: endSession });
  return (
    <SettingsGroup title={t("settings.deleteAccount")} text={t("settings.deleteAccountText")}>
      {asking ? (
        <form onSubmit={(event) => { event.preventDefault(); remove.mutate(String(new FormData(event.currentTarget).get("password"))); }} className="flex max-w-sm flex-col gap-3">
          <TextField label={t("settings.currentPassword")} name="password" type="password" autoComplete="current-password" required autoFocus error={remove.error?.message} />
          <div className="flex gap-2"><Button onClick={() => setAsking(false)}>{t("action.cancel")}</Button><Button type="submit" variant="danger" busy={remove.isPending}>{t("settings.deleteForever")}</Button></div>
        </form>
      ) : (
        <Button variant="danger" onClick={() => setAsking(true)}>{t("settings.deleteAccount")}</Button>
      )}
    </SettingsGroup>
  );
}
