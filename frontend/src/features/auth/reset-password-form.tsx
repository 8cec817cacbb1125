"use client";
import { useMutation } from "@tanstack/react-query";
import { KeyRound, Link2Off } from "lucide-react";
import type { FormEvent } from "react";
import { auth } from "@/shared/api/endpoints";
import { ApiError } from "@/shared/api/errors";
import { explain } from "@/shared/api/explain";
import { endSession } from "@/shared/api/session";
import { useI18n } from "@/shared/i18n";
import { Button } from "@/shared/ui/button";
import { PasswordField } from "@/shared/ui/form";
import { AuthHeading, FormError, Outcome } from "./auth-frame";
import { useLinkToken } from "./link-token";

/** Sets a new password with a mailed link. Every session ends, this browser's too. */
export function ResetPasswordForm() {
  const { t } = useI18n();
  const token = useLinkToken();
  const reset = useMutation({ mutationFn: auth.resetPassword, onSuccess: endSession });
  const failure = reset.error instanceof ApiError ? reset.error : null;
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    reset.mutate({ token: token ?? "", new_password: String(new FormData(event.currentTarget).get("password")) });
  }
  if (reset.isSuccess) return <Outcome icon={KeyRound} title={t("auth.passwordSet")} text={t("auth.passwordSetText")} href="/sign-in/" label={t("auth.signIn")} />;
  if (token === null || failure?.field("token")) return <Outcome icon={Link2Off} title={t("auth.linkDead")} text={t("auth.linkDeadText")} href="/forgot-password/" label={t("auth.sendLink")} />;
  const weak = failure?.field("new_password") && t("auth.weak");
  return (
    <>
      <AuthHeading title={t("auth.newPassword")} question={t("auth.newPasswordText")} answer={t("auth.backToSignIn")} href="/sign-in/" />
      <form method="post" onSubmit={submit} className="flex flex-col gap-4">
        <PasswordField label={t("settings.newPassword")} name="password" autoComplete="new-password" minLength={8} maxLength={128} required autoFocus hint={t("auth.passwordHint")} error={weak} />
        <FormError>{reset.error && !weak ? explain(reset.error) : undefined}</FormError>
        <Button type="submit" variant="primary" busy={reset.isPending} disabled={reset.isPending || !token} className="mt-1 h-9.5">{t("auth.setPassword")}</Button>
      </form>
    </>
  );
}
