"use client";
import { useMutation } from "@tanstack/react-query";
import { BadgeCheck, Link2Off, Mail } from "lucide-react";
import { useEffect, useState } from "react";
import { auth } from "@/shared/api/endpoints";
import { ApiError } from "@/shared/api/errors";
import { explain } from "@/shared/api/explain";
import { accessToken, restoreProfile, setUser } from "@/shared/api/session";
import { useI18n } from "@/shared/i18n";
import { Button } from "@/shared/ui/button";
import { FormError, Outcome } from "./auth-frame";
import { useLinkToken } from "./link-token";

/** Confirms an address with a mailed link, by a click: programs that look into mails open links, and press nothing. */
export function ConfirmEmail() {
  const { t } = useI18n();
  const token = useLinkToken();
  const [signedIn, setSignedIn] = useState(false);
  useEffect(() => setSignedIn(restoreProfile() !== null), []);
  const confirm = useMutation({
    mutationFn: auth.confirmEmail,
    // Whoever is signed in here sees the address in the settings at once; it need not be the same person.
    onSuccess: async () => {
      if (signedIn && (await accessToken().catch(() => null))) setUser(await auth.me());
    },
  });
  const back = signedIn ? { href: "/settings/", label: t("auth.toSettings") } : { href: "/sign-in/", label: t("auth.signIn") };
  if (confirm.isSuccess) return <Outcome icon={BadgeCheck} title={t("auth.emailConfirmed")} text={t("auth.emailConfirmedText", { email: confirm.data.email })} {...back} />;
  if (token === null || (confirm.error instanceof ApiError && confirm.error.field("token"))) return <Outcome icon={Link2Off} title={t("auth.linkDead")} text={t("auth.confirmDeadText")} {...back} />;
  return (
    <Outcome icon={Mail} title={t("auth.confirmEmail")} text={t("auth.confirmEmailText")}>
      <FormError>{confirm.error && explain(confirm.error)}</FormError>
      <Button variant="primary" autoFocus busy={confirm.isPending} disabled={confirm.isPending || !token} onClick={() => confirm.mutate({ token: token ?? "" })} className="mt-4 h-9.5 w-full">{t("auth.confirm")}</Button>
    </Outcome>
  );
}
