"use client";
import Link from "next/link";
import type { FormEvent } from "react";
import { auth } from "@/shared/api/endpoints";
import { useI18n } from "@/shared/i18n";
import { Button } from "@/shared/ui/button";
import { TextField } from "@/shared/ui/form";
import { useSignIn } from "./use-sign-in";

export function SignInForm() {
  const { t } = useI18n();
  const { busy, submit, message } = useSignIn();

  function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    void submit(() => auth.login({ email: String(form.get("email")), password: String(form.get("password")) }));
  }

  return (
    <>
      <h1 className="text-2xl font-semibold tracking-tight">{t("auth.welcome")}</h1>
      <p className="mt-1.5 mb-7 text-muted">
        {t("auth.newHere")} <Link href="/sign-up/" className="font-medium text-accent-text underline-offset-2 hover:underline">{t("auth.createAccount")}</Link>
      </p>
      <form method="post" onSubmit={onSubmit} className="flex flex-col gap-4">
        <TextField label={t("auth.email")} name="email" type="email" autoComplete="username" required autoFocus />
        <TextField label={t("auth.password")} name="password" type="password" autoComplete="current-password" required />
        {message && <p role="alert" className="rounded-lg bg-danger-soft px-3 py-2 text-danger">{message}</p>}
        <Button type="submit" variant="primary" busy={busy} disabled={busy} className="mt-1 h-9.5">{t("auth.signIn")}</Button>
      </form>
    </>
  );
}
