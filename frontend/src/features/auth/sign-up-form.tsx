"use client";
import Link from "next/link";
import { auth } from "@/shared/api/endpoints";
import { localeFor, useI18n } from "@/shared/i18n";
import { deviceZone } from "@/shared/lib/dates";
import { Button } from "@/shared/ui/button";
import { PasswordField, TextField } from "@/shared/ui/form";
import { AuthHeading, FormError } from "./auth-frame";
import { useSignIn } from "./use-sign-in";

export function SignUpForm() {
  const { t, language } = useI18n();
  const { busy, onSubmit, errors } = useSignIn(true, ({ email, password, name }) =>
    auth.register({ email, password, ...(name && { display_name: name }), time_zone: deviceZone(), locale: localeFor(language) }),
  );
  const emailError = errors.taken ? <>{errors.email} <Link href="/sign-in/" className="font-medium underline underline-offset-2">{t("auth.signInInstead")}</Link></> : errors.email;
  return (
    <>
      <AuthHeading title={t("auth.createAccount")} question={t("auth.haveAccount")} answer={t("auth.signIn")} href="/sign-in/" />
      <form method="post" noValidate onSubmit={(event) => void onSubmit(event)} className="flex flex-col gap-4">
        <TextField label={t("auth.name")} note={t("auth.optional")} name="name" autoComplete="name" maxLength={100} autoFocus />
        <TextField label={t("auth.email")} name="email" type="email" inputMode="email" autoComplete="username" autoCapitalize="none" required error={emailError} />
        <PasswordField label={t("auth.password")} name="password" autoComplete="new-password" minLength={8} maxLength={128} required hint={t("auth.passwordHint")} error={errors.password} />
        <FormError>{errors.general}</FormError>
        <Button type="submit" variant="primary" busy={busy} disabled={busy} className="mt-1 h-9.5">{t("auth.createAccount")}</Button>
      </form>
    </>
  );
}
