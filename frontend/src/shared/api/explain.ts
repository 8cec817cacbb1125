/**
 * What an error means, in the person's language.
 *
 * The server's sentences are English and say most: people who read English get them. For everybody else the kind of the problem
 * (the last part of its `type`) has a message; each kind has one in every language.
 */
import { languageStore, t, type MessageKey } from "@/shared/i18n";
import { en } from "@/shared/i18n/en";
import { ApiError, OfflineError } from "./errors";

/** An error whose message is in the person's language already. */
export class ToldError extends Error {}

const isKnown = (key: string): key is MessageKey => key in en;
const readsEnglish = () => languageStore.get().language === "en";

export function explain(error: unknown): string {
  if (error instanceof OfflineError) return t("error.offline");
  if (error instanceof ToldError) return error.message;
  if (!(error instanceof ApiError)) return readsEnglish() && error instanceof Error ? error.message : t("problem.invalid-input");
  if (error.status === 429) return t("auth.slowDown", { count: error.retryAfter });
  const key = `problem.${error.problem.type.split("#").at(-1)}`;
  if (readsEnglish() && error.status < 500) return error.message;
  return t(isKnown(key) ? key : "problem.internal");
}

/** What is wrong with one field, if the server complained about it. */
export function explainField(error: unknown, name: string): string | undefined {
  const said = error instanceof ApiError ? error.field(name) : undefined;
  return said && (readsEnglish() ? said : t("problem.invalid-input"));
}

/** A sentence of the server's that comes without a kind; nothing for those who do not read English. */
export const explainDetail = (detail: string | undefined): string | undefined => (readsEnglish() ? detail : undefined);
