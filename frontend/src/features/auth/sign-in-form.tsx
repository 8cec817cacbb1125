"use client";
import Link from "next/link";
import { auth } from "@/shared/api/endpoints";
import { useI18n } from "@/shared/i18n";
import { Button } from "@/shared/ui/button";
import { PasswordField, TextField } from "@/shared/ui/form";
import { AuthHeading, FormError } from "./auth-frame";
import { useSignIn } from "./use-sign-in";

export function SignInForm() {
  const { t } = useI18n();
  const { busy, onSubmit, errors } = useSignIn(false, ({ email, password }) => auth.login({ email, password }));
  return (
    <>
      <AuthHeading title={t("auth.welcome")} question={t("auth.newHere")} answer={t("auth.createAccount")} href="/sign-up/" />
      <form method="post" noValidate onSubmit={(event) => void onSubmit(event)} className="flex flex-col gap-4">
        <TextField label={t("auth.email")} name="email" type="email" inputMode="email" autoComplete="username" autoCapitalize="none" required autoFocus error={errors.email} />
        <PasswordField label={t("auth.password")} name="password" autoComplete="current-password" required error={errors.password} />
        <Link href="/forgot-password/" className="hit -mt-2 self-start text-[0.8125rem] text-accent-text underline-offset-2 hover:underline">{t("auth.forgotQuestion")}</Link>
        <FormError>{errors.general}</FormError>
        <Button type="submit" variant="primary" busy={busy} disabled={busy} className="mt-1 h-9.5">{t("auth.signIn")}</Button>
      </form>
    </>
  );
}
