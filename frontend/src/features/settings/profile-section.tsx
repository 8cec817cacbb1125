"use client";
/** Name, language, time zone, week: what the account is, everywhere. */
import { useMemo } from "react";
import { explainField } from "@/shared/api/explain";
import { session } from "@/shared/api/session";
import { LANGUAGES, languageOf, localeFor, useI18n } from "@/shared/i18n";
import { addDays, deviceZone, formatDate, formatInstant } from "@/shared/lib/dates";
import { useNow } from "@/shared/lib/now";
import { useStore } from "@/shared/lib/store";
import { EmailAddress } from "./email-address";
import { Card, Row, SettingsGroup } from "./section";
import { useProfileChange } from "./use-profile";

const MONDAY = "2024-01-01";
const WEEK_STARTS = [0, 5, 6];
const spaced = (zone: string) => zone.replaceAll("_", " ");

export default function ProfileSection() {
  const { t, locale } = useI18n();
  const user = useStore(session, (state) => state.user);
  const change = useProfileChange();
  if (!user) return null;
  const nameError = explainField(change.error, "display_name");
  const saveName = (name: string) => name.trim() !== user.display_name && change.mutate({ display_name: name.trim() });
  return (
    <>
      <SettingsGroup title={t("settings.profile")}>
        <Card>
          <Row label={t("auth.name")} hint={t("settings.nameHint")} error={nameError}>
            {(props) => (
              <input
                key={user.display_name}
                className="field"
                autoComplete="name"
                defaultValue={user.display_name}
                maxLength={100}
                onBlur={(event) => saveName(event.target.value)}
                onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()}
                {...props}
              />
            )}
          </Row>
          <EmailAddress />
        </Card>
      </SettingsGroup>
      <SettingsGroup title={t("settings.region")}>
        <Card>
          <Row label={t("settings.language")} hint={t("settings.languageHint")}>
            {(props) => (
              <select className="field" value={languageOf(user.locale)} onChange={(event) => change.mutate({ locale: localeFor(event.target.value) })} {...props}>
                {Object.entries(LANGUAGES).map(([code, { name }]) => <option key={code} value={code} lang={code}>{name}</option>)}
              </select>
            )}
          </Row>
          <ZoneRow zone={user.time_zone} onChange={(time_zone) => change.mutate({ time_zone })} />
          <Row label={t("settings.weekStart")} hint={t("settings.weekStartHint")}>
            {(props) => (
              <select className="field" value={user.week_start} onChange={(event) => change.mutate({ week_start: Number(event.target.value) })} {...props}>
                {WEEK_STARTS.map((day) => <option key={day} value={day}>{formatDate(addDays(MONDAY, day), locale, { weekday: "long" })}</option>)}
              </select>
            )}
          </Row>
        </Card>
      </SettingsGroup>
    </>
  );
}

/** The zone, the time there, what it decides, and the device's own zone if it is another. */
function ZoneRow({ zone, onChange }: { zone: string; onChange: (zone: string) => void }) {
  const { t, locale } = useI18n();
  const now = useNow();
  const here = deviceZone();
  const zones = useMemo(() => {
    const known = typeof Intl.supportedValuesOf === "function" ? Intl.supportedValuesOf("timeZone") : [];
    return [...new Set(["UTC", ...known, zone, here])].sort();
  }, [zone, here]);
  const hint = (
    <>
      <span className="block">{t("settings.zoneNow", { time: formatInstant(new Date(now).toISOString(), locale, zone, { weekday: "short", timeStyle: undefined, hour: "numeric", minute: "2-digit" }) })}</span>
      <span className="mt-0.5 block">{t("settings.zoneEffect")}</span>
      {here !== zone && (
        <span className="mt-1 block">
          {t("settings.zoneDevice", { zone: spaced(here) })}{" "}
          <button type="button" onClick={() => onChange(here)} className="hit font-medium text-accent-text underline-offset-2 hover:underline">{t("settings.zoneUse", { zone: spaced(here) })}</button>
        </span>
      )}
    </>
  );
  return (
    <Row label={t("settings.zone")} hint={hint}>
      {(props) => (
        <select className="field" value={zone} onChange={(event) => onChange(event.target.value)} {...props}>
          {zones.map((each) => <option key={each} value={each}>{spaced(each)}</option>)}
        </select>
      )}
    </Row>
  );
}
