/**
 * Pieces the person took back: they are sent as blanks of the same length, so that everything else is understood as if they were not
 * there and its positions stay true. (Quoted instead, a piece at the end would turn the date before it into a word of the title.)
 */
import type { ParseToken } from "@/shared/api/types";
import { addDays, type CalendarDate } from "@/shared/lib/dates";

export function blankTakenBack(text: string, takenBack: readonly string[]): string {
  let blanked = text;
  for (const piece of takenBack) {
    const at = piece ? blanked.indexOf(piece) : -1;
    if (at >= 0) blanked = blanked.slice(0, at) + " ".repeat(piece.length) + blanked.slice(at + piece.length);
  }
  return blanked;
}

/** What is left of a line as its title: everything but the pieces that were understood. */
export function titleOf(text: string, tokens: readonly Pick<ParseToken, "kind" | "start" | "end">[]): string {
  const [first = ""] = text.split("\n");
  let title = "";
  let from = 0;
  for (const { kind, start, end } of [...tokens].sort((a, b) => a.start - b.start)) {
    if (kind === "quoted" || start < from || end > first.length) continue;
    title += first.slice(from, start);
    from = end;
  }
  return (title + first.slice(from)).replace(/\s+/g, " ").trim();
}

/** The pieces to mark and offer as chips; quotation is not one of them. */
export const chipsOf = (tokens: ParseToken[]) => tokens.filter((token) => token.kind !== "quoted");

const LEVELS: Record<string, "low" | "medium" | "high" | "urgent"> = { low: "low", niedrig: "low", medium: "medium", mittel: "medium", high: "high", hoch: "high", urgent: "urgent", dringend: "urgent" };
const DAYS: Record<string, number> = { today: 0, heute: 0, tomorrow: 1, morgen: 1 };

/**
 * How a text shows that was typed without a connection: with its #tags, its !priority, and today or tomorrow as the last word, which need
 * no grammar. The server reads it whole when it is back (understand.ts), as of the moment it was typed.
 */
export function parseLocally(text: string, today: CalendarDate) {
  const [line = "", ...below] = text.split("\n");
  const tags: string[] = [];
  let priority: "none" | "low" | "medium" | "high" | "urgent" = "none";
  let due_on: CalendarDate | undefined;
  const title = line
    .replace(/(^|\s)#([\p{L}\p{N}_-]+)/gu, (_, space: string, tag: string) => (tags.push(tag), space))
    .replace(/(^|\s)!(\p{L}+)/gu, (whole: string, space: string, word: string) => { const level = LEVELS[word.toLowerCase()]; return level ? ((priority = level), space) : whole; })
    .replace(/(\S\s+)(\p{L}+)\s*$/u, (whole: string, before: string, word: string) => { const days = DAYS[word.toLowerCase()]; return days === undefined ? whole : ((due_on = addDays(today, days)), before); })
    .replace(/\s+/g, " ")
    .trim();
  const notes = below.map((each) => each.trim()).join("\n").trim();
  return { title: title || line.trim(), tags, priority, ...(due_on && { due_on }), ...(notes && { notes }) };
}
