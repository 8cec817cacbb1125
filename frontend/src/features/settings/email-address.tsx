"use client";
/** The account's address: whether it is confirmed, another that waits for its confirmation, and how to change it. */
import { useMutation } from "@tanstack/react-query";
import { useEffect, useState, type FormEvent } from "react";
import { auth } from "@/shared/api/endpoints";
import { ApiError } from "@/shared/api/errors";
import { explain } from "@/shared/api/explain";
import { session, setUser } from "@/shared/api/session";
import { useI18n, type Translate } from "@/shared/i18n";
import { useStore } from "@/shared/lib/store";
import { Button } from "@/shared/ui/button";
import { PasswordField, TextField } from "@/shared/ui/form";
import { notify } from "@/shared/ui/toast";
import { Badge } from "./section";

const reload = () => auth.me().then(setUser);

export function EmailAddress() {
  const { t } = useI18n();
  const user = useStore(session, (state) => state.user);
  const [changing, setChanging] = useState(false);
  const waits = user?.pending_email != null || user?.email_confirmed === false;
  // The link is opened elsewhere, in another tab or another program: whoever comes back sees what came of it.
  useEffect(() => {
    if (!waits) return;
    const look = () => document.visibilityState === "visible" && void reload().catch(() => undefined);
    look();
    addEventListener("focus", look);
    document.addEventListener("visibilitychange", look);
    return () => { removeEventListener("focus", look); document.removeEventListener("visibilitychange", look); };
  }, [waits]);
  const failed = { onError: (error: Error) => notify.error(t("error.notSaved"), explain(error)) };
  const confirm = useMutation({ mutationFn: auth.sendConfirmation, ...failed, onSuccess: () => notify.success(t("settings.linkSent")) });
  const cancel = useMutation({ mutationFn: auth.cancelEmailChange, ...failed, onSuccess: reload });
  if (!user) return null;
  return (
    <div>
      <div className="flex min-h-15 justify-between gap-x-8 gap-y-2 px-4 py-3 sm:items-center max-sm:flex-col">
        <div className="min-w-0 flex-1">
          <p className="flex flex-wrap items-center gap-x-2 gap-y-1 font-medium">{t("settings.email")}{user.email_confirmed === false && <Badge tone="warn">{t("settings.unconfirmed")}</Badge>}</p>
          {user.email_confirmed === false && (
            <p className="mt-0.5 text-xs text-pretty text-faint">
              {t("settings.unconfirmedText")}{" "}
              <button type="button" disabled={confirm.isPending} onClick={() => confirm.mutate()} className="hit font-medium text-accent-text underline-offset-2 hover:underline">{t("settings.sendConfirmation")}</button>
            </p>
          )}
        </div>
        <div className="flex min-w-0 items-center gap-3 max-sm:justify-between">
          <span className="min-w-0 truncate text-muted">{user.email}</span>
          {!changing && <Button size="sm" onClick={() => setChanging(true)}>{t("settings.changeEmail")}</Button>}
        </div>
      </div>
      {user.pending_email && !changing && (
        <div role="status" className="mx-4 mb-3 flex items-center gap-x-4 gap-y-2 max-sm:flex-col max-sm:items-start rounded-lg bg-accent-soft px-3 py-2 text-[0.8125rem]">
          <span className="min-w-0 flex-1 break-words">{t("settings.emailPending", { email: user.pending_email })}</span>
          <Button size="sm" busy={cancel.isPending} disabled={cancel.isPending} onClick={() => cancel.mutate()}>{t("settings.cancelEmailChange")}</Button>
        </div>
      )}
      {changing && <ChangeForm username={user.email} onClose={() => setChanging(false)} />}
    </div>
  );
}

/** The server's complaint in the person's language, beside the field it is about. */
function complaints(error: Error | null, t: Translate): { email?: string; password?: string } {
  if (!error) return {};
  if (error instanceof ApiError && error.field("password")) return { password: t("settings.wrongPassword") };
  if (error instanceof ApiError && error.field("email")) return { email: t(/already/.test(error.field("email")!) ? "settings.sameEmail" : "auth.badEmail") };
  return { email: explain(error) };
}

function ChangeForm({ username, onClose }: { username: string; onClose: () => void }) {
  const { t } = useI18n();
  const change = useMutation({ mutationFn: auth.changeEmail, onSuccess: (user) => { setUser(user); onClose(); } });
  const wrong = complaints(change.error, t);
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    change.mutate({ email: String(data.get("new-email")).trim(), password: String(data.get("password")) });
  }
  return (
    <form method="post" onSubmit={submit} onKeyDown={(event) => event.key === "Escape" && onClose()} className="flex animate-fade flex-col gap-4 border-t border-line p-4">
      <input type="email" name="username" autoComplete="username" readOnly hidden value={username} />
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField label={t("settings.newEmail")} name="new-email" type="email" inputMode="email" autoComplete="email" autoCapitalize="none" maxLength={254} required autoFocus hint={t("settings.newEmailHint")} error={wrong.email} />
        <PasswordField label={t("settings.currentPassword")} name="password" autoComplete="current-password" required error={wrong.password} />
      </div>
      <div className="flex gap-2">
        <Button onClick={onClose}>{t("action.cancel")}</Button>
        <Button type="submit" variant="primary" busy={change.isPending} disabled={change.isPending}>{t("settings.sendConfirmation")}</Button>
      </div>
    </form>
  );
}
