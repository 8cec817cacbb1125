/** Sends a sign-in or sign-up form, says beside which field something is wrong, and moves on to the page that was asked for. */
import { useRouter } from "next/navigation";
import { useEffect, useState, type FormEvent } from "react";
import { ApiError } from "@/shared/api/errors";
import { accessToken, restoreProfile, startSession } from "@/shared/api/session";
import { explain } from "@/shared/api/explain";
import type { Session } from "@/shared/api/types";
import { useI18n, type Translate } from "@/shared/i18n";

/** Only paths of this app: an address in ?next= must not lead elsewhere. */
export function safeNext(search: string): string {
  const next = new URLSearchParams(search).get("next") ?? "";
  return /^\/(?![/\\])[\w\-/?=&%.]*$/.test(next) ? next : "/today/";
}

export interface FormErrors { email?: string; password?: string; general?: string; taken?: boolean }
export type Credentials = Record<"email" | "password" | "name", string>;

/** What the form alone can say, in the app's language instead of the browser's. */
export function checkForm({ email, password }: Credentials, isNew: boolean, t: Translate): FormErrors {
  const errors: FormErrors = {};
  if (!email) errors.email = t("auth.needEmail");
  else if (!/^[^\s@]+@[^\s@]+$/.test(email)) errors.email = t("auth.badEmail");
  if (!password) errors.password = t("auth.needPassword");
  else if (isNew && [...password].length < 8) errors.password = t("auth.shortPassword");
  return errors;
}

/** The server's answer in the app's language, beside the field it is about. */
export function errorsOf(error: Error, t: Translate): FormErrors {
  if (!(error instanceof ApiError)) return { general: t("error.offline") };
  if (error.status === 401) return { general: t("auth.wrong") };
  if (error.status === 409) return { email: t("auth.taken"), taken: true };
  if (error.status >= 500) return { general: t("auth.server") };
  const email = error.field("email") && t("auth.badEmail");
  const password = error.field("password") && t("auth.weak");
  return email || password ? { email, password } : { general: explain(error) };
}

export function useSignIn(isNew: boolean, send: (form: Credentials) => Promise<Session>) {
  const router = useRouter();
  const { t } = useI18n();
  const [busy, setBusy] = useState(false);
  const [errors, setErrors] = useState<FormErrors>({});
  const [wait, setWait] = useState(0);

  // Somebody who is signed in has nothing to do here.
  useEffect(() => {
    if (restoreProfile()) accessToken().then((token) => token && router.replace(safeNext(location.search)), () => undefined);
  }, [router]);

  // Throttled: the seconds run down before one's eyes, and the button comes back by itself.
  useEffect(() => {
    if (!wait) return;
    const timer = setTimeout(() => setWait(wait - 1), 1000);
    return () => clearTimeout(timer);
  }, [wait]);

  async function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const data = new FormData(form);
    const given: Credentials = { email: String(data.get("email")).trim(), password: String(data.get("password")), name: String(data.get("name") ?? "").trim() };
    const complaints = checkForm(given, isNew, t);
    setErrors(complaints);
    const wrong = (["email", "password"] as const).find((field) => complaints[field]);
    if (wrong) return void form.querySelector<HTMLInputElement>(`[name=${wrong}]`)?.focus();
    setBusy(true);
    try {
      startSession(await send(given));
      router.replace(safeNext(location.search));
    } catch (failure) {
      const found = errorsOf(failure as Error, t);
      if (failure instanceof ApiError && failure.status === 429) setWait(failure.retryAfter);
      else setErrors(found);
      setBusy(false);
      const field = found.email ? "email" : found.password ? "password" : null;
      if (field) form.querySelector<HTMLInputElement>(`[name=${field}]`)?.focus();
    }
  }
  return { busy: busy || wait > 0, onSubmit, errors: wait ? { ...errors, general: t("auth.slowDown", { count: wait }) } : errors };
}
