/** Sends a sign-in or sign-up form and moves on to the page that was asked for. */
import { useRouter } from "next/navigation";
import { useState } from "react";
import { ApiError } from "@/shared/api/errors";
import { startSession } from "@/shared/api/session";
import type { Session } from "@/shared/api/types";
import { useI18n } from "@/shared/i18n";

/** Only paths of this app: an address in ?next= must not lead elsewhere. */
export function safeNext(search: string): string {
  const next = new URLSearchParams(search).get("next") ?? "";
  return /^\/(?![/\\])[\w\-/?=&%.]*$/.test(next) ? next : "/today/";
}

export function useSignIn() {
  const router = useRouter();
  const { t } = useI18n();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);

  async function submit(send: () => Promise<Session>) {
    setBusy(true);
    setError(null);
    try {
      startSession(await send());
      router.replace(safeNext(location.search));
    } catch (failure) {
      setError(failure as Error);
      setBusy(false);
    }
  }

  const problem = error instanceof ApiError ? error : null;
  const message = !error
    ? undefined
    : problem?.status === 401
      ? t("auth.wrong")
      : problem?.status === 429
        ? t("auth.slowDown")
        : problem?.status === 409
          ? t("auth.taken")
          : (problem?.message ?? t("error.offline"));
  return { busy, submit, message, field: (name: string) => problem?.field(name) };
}
