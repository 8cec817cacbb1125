"use client";
import Link from "next/link";
import type { FormEvent } from "react";
import { auth } from "@/shared/api/endpoints";
import { localeFor, useI18n } from "@/shared/i18n";
import { Button } from "@/shared/ui/button";
import { TextField } from "@/shared/ui/form";
import { useSignIn } from "./use-sign-in";

export function SignUpForm() {
  const { t, language } = useI18n();
  const { busy, submit, message, field } = useSignIn();

  function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const name = String(form.get("name")).trim();
    void submit(() =>
      auth.register({
        email: String(form.get("email")),
        password: String(form.get("password")),
        ...(name && { display_name: name }),
        time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        locale: localeFor(language),
      }),
    );
  }

  const general = message && !field("email") && !field("password") ? message : undefined;
  return (
    <>
      <h1 className="text-2xl font-semibold tracking-tight">{t("auth.createAccount")}</h1>
      <p className="mt-1.5 mb-7 text-muted">
        {t("auth.haveAccount")} <Link href="/sign-in/" className="font-medium text-accent-text underline-offset-2 hover:underline">{t("auth.signIn")}</Link>
      </p>
      <form method="post" onSubmit={onSubmit} className="flex flex-col gap-4">
        <TextField label={t("auth.name")} name="name" autoComplete="name" maxLength={100} autoFocus />
        <TextField label={t("auth.email")} name="email" type="email" autoComplete="username" required error={field("email")} />
        <TextField label={t("auth.password")} name="password" type="password" autoComplete="new-password" minLength={8} maxLength={128} required hint={t("auth.passwordHint")} error={field("password")} />
        {general && <p role="alert" className="rounded-lg bg-danger-soft px-3 py-2 text-danger">{general}</p>}
        <Button type="submit" variant="primary" busy={busy} disabled={busy} className="mt-1 h-9.5">{t("auth.createAccount")}</Button>
      </form>
    </>
  );
}
