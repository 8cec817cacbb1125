/** What the server does not understand about a filter: where, and why in the person's language. */
import { ApiError } from "@/shared/api/errors";
import { explain, explainDetail } from "@/shared/api/explain";
import type { MessageKey, Translate } from "@/shared/i18n";
import type { Values } from "@/shared/i18n/format";

export interface FilterProblem {
  /** The text before the place, the word there, and the rest. */
  before: string; word: string; after: string;
  /** Place of the word in characters, from 1. */
  at: number;
  /** In UTF-16 units, for the field's selection. */
  start: number; end: number;
  reason: string;
}

/** The server's sentences (shared/domain/filters/language.py) and their messages here. */
const REASONS: [RegExp, MessageKey, (...groups: string[]) => Values][] = [
  [/^Unknown filter (.+?); known are (.+?)\. /, "search.error.unknown", (name, known) => ({ name: name!, known: known! })],
  [/^Expected one of (.+)\.$/, "search.error.oneOf", (choices) => ({ choices: choices! })],
  [/^Expected a date such as (.+)\.$/, "search.error.date", (examples) => ({ examples: examples! })],
  [/quotation mark is never closed/, "search.error.quote", () => ({})],
  [/^Expected a value here/, "search.error.value", () => ({})],
  [/is already given/, "search.error.twice", () => ({})],
  [/cannot be compared; write (\w+):/, "search.error.compare", (key) => ({ key: key! })],
];

export function filterProblem(error: Error | null, text: string, t: Translate): FilterProblem | null {
  if (!(error instanceof ApiError) || error.status !== 422 || error.problem.position === undefined) return null;
  const said = error.problem.errors?.[0]?.detail ?? error.message;
  const [, key, values] = REASONS.find(([pattern]) => pattern.test(said)) ?? [];
  const reason = key ? t(key, values!(...(REASONS.find(([pattern]) => pattern.test(said))![0].exec(said)!.slice(1)))) : explainDetail(said) ?? explain(error);
  // The server counts code points of the trimmed text.
  const points = [...text.trim()];
  const lead = text.length - text.trimStart().length;
  const position = Math.min(error.problem.position, points.length);
  const start = lead + points.slice(0, position).join("").length;
  const word = /^(?:"[^"]*"?|[^\s"]+)/.exec(text.slice(start))?.[0] ?? "";
  return { before: text.slice(0, start), word, after: text.slice(start + word.length), at: position + 1, start, end: start + word.length, reason };
}
