"use client";
import { useMutation } from "@tanstack/react-query";
import { MailCheck } from "lucide-react";
import { useState, type FormEvent } from "react";
import { auth } from "@/shared/api/endpoints";
import { explain } from "@/shared/api/explain";
import { useI18n } from "@/shared/i18n";
import { Button } from "@/shared/ui/button";
import { TextField } from "@/shared/ui/form";
import { AuthHeading, FormError, Outcome } from "./auth-frame";

/** Asks for a link; what it says afterwards is the same whether the address has an account or not. */
export function ForgotPasswordForm() {
  const { t } = useI18n();
  const [problem, setProblem] = useState<string>();
  const ask = useMutation({ mutationFn: auth.forgotPassword });
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const email = String(new FormData(form).get("email")).trim();
    const wrong = !email ? t("auth.needEmail") : /^[^\s@]+@[^\s@]+$/.test(email) ? undefined : t("auth.badEmail");
    setProblem(wrong);
    if (wrong) return form.querySelector("input")?.focus();
    ask.mutate({ email });
  }
  if (ask.isSuccess) {
    return <Outcome icon={MailCheck} title={t("auth.linkSent")} text={t("auth.linkSentText", { email: ask.variables.email })} href="/sign-in/" label={t("auth.backToSignIn")} />;
  }
  return (
    <>
      <AuthHeading title={t("auth.forgot")} question={t("auth.forgotText")} answer={t("auth.backToSignIn")} href="/sign-in/" />
      <form method="post" noValidate onSubmit={submit} className="flex flex-col gap-4">
        <TextField label={t("auth.email")} name="email" type="email" inputMode="email" autoComplete="username" autoCapitalize="none" required autoFocus error={problem} />
        <FormError>{ask.error && explain(ask.error)}</FormError>
        <Button type="submit" variant="primary" busy={ask.isPending} disabled={ask.isPending} className="mt-1 h-9.5">{t("auth.sendLink")}</Button>
      </form>
    </>
  );
}
