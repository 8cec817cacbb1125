"use client";
/** Password, where the account is signed in, and its end. */
import { useMutation } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { auth } from "@/shared/api/endpoints";
import { ApiError } from "@/shared/api/errors";
import { explain } from "@/shared/api/explain";
import { endSession, session, startSession } from "@/shared/api/session";
import { useI18n, type Translate } from "@/shared/i18n";
import { useStore } from "@/shared/lib/store";
import { Button } from "@/shared/ui/button";
import { PasswordField } from "@/shared/ui/form";
import { notify } from "@/shared/ui/toast";
import { Card, SettingsGroup } from "./section";
import { Sessions } from "./sessions";

export default function SecuritySection() {
  return (
    <>
      <Password />
      <Sessions />
      <DeleteAccount />
    </>
  );
}

/** The server's complaint about a password in the person's language, beside the field it is about. */
function complaint(error: Error | null, field: "current" | "new", t: Translate): string | undefined {
  if (!error) return undefined;
  if (!(error instanceof ApiError)) return field === "current" ? t("error.offline") : undefined;
  if (error.status === 429) return field === "current" ? t("auth.slowDown", { count: error.retryAfter }) : undefined;
  const about = error.field("new_password");
  if (field === "new") return about && t(/is the current/.test(about) ? "settings.samePassword" : "auth.weak");
  if (about) return undefined;
  return error.field("current_password") || error.field("password") ? t("settings.wrongPassword") : explain(error);
}

/** Password managers file a change under the account they find in the form. */
const Username = () => <input type="email" name="username" autoComplete="username" readOnly hidden value={useStore(session, (state) => state.user?.email) ?? ""} />;

function Password() {
  const { t } = useI18n();
  const change = useMutation({ mutationFn: auth.password });
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const data = new FormData(form);
    change.mutate(
      { current_password: String(data.get("current")), new_password: String(data.get("new")) },
      { onSuccess: (next) => { startSession(next); form.reset(); notify.success(t("settings.passwordChanged")); } },
    );
  }
  return (
    <SettingsGroup title={t("settings.password")} text={t("settings.passwordText")}>
      <Card>
        <form method="post" onSubmit={submit} className="flex flex-col gap-4 p-4">
          <Username />
          <div className="grid gap-4 sm:grid-cols-2">
            <PasswordField label={t("settings.currentPassword")} name="current" autoComplete="current-password" required error={complaint(change.error, "current", t)} />
            <PasswordField label={t("settings.newPassword")} name="new" autoComplete="new-password" minLength={8} maxLength={128} required hint={t("auth.passwordHint")} error={complaint(change.error, "new", t)} />
          </div>
          <div><Button type="submit" busy={change.isPending} disabled={change.isPending}>{t("settings.changePassword")}</Button></div>
        </form>
      </Card>
    </SettingsGroup>
  );
}

function DeleteAccount() {
  const { t } = useI18n();
  const [asking, setAsking] = useState(false);
  const remove = useMutation({ mutationFn: auth.remove, onSuccess: endSession });
  return (
    <SettingsGroup title={t("settings.danger")}>
      <Card className="border-danger/40">
        <div className="flex items-center justify-between gap-x-8 gap-y-3 p-4 max-sm:flex-col max-sm:items-start">
          <div>
            <h3 className="font-medium">{t("settings.deleteAccount")}</h3>
            <p className="mt-0.5 text-xs text-pretty text-faint">{t("settings.deleteAccountText")}</p>
          </div>
          {!asking && <Button variant="danger" onClick={() => setAsking(true)}>{t("settings.deleteAccount")}</Button>}
        </div>
        {asking && (
          <form method="post" onSubmit={(event) => { event.preventDefault(); remove.mutate(String(new FormData(event.currentTarget).get("password"))); }} className="flex animate-fade flex-col gap-3 p-4">
            <Username />
            <PasswordField label={t("settings.deleteConfirm")} name="password" autoComplete="current-password" required autoFocus className="sm:max-w-72" error={complaint(remove.error, "current", t)} />
            <div className="flex gap-2">
              <Button onClick={() => { setAsking(false); remove.reset(); }}>{t("action.cancel")}</Button>
              <Button type="submit" variant="danger" busy={remove.isPending} disabled={remove.isPending}>{t("settings.deleteForever")}</Button>
            </div>
          </form>
        )}
      </Card>
    </SettingsGroup>
  );
}
