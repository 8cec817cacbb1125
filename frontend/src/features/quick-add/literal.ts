/**
 * Pieces the person took back: they are sent as blanks of the same length, so that everything else is understood as if they were not
 * there and its positions stay true. (Quoted instead, a piece at the end would turn the date before it into a word of the title.)
 */
import type { ParseToken } from "@/shared/api/types";

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

/** Without a connection: #tags and !priority, the parts that need no calendar. */
export function parseLocally(line: string) {
  const tags: string[] = [];
  let priority: "none" | "low" | "medium" | "high" | "urgent" = "none";
  const title = line
    .replace(/(^|\s)#([\p{L}\p{N}_-]+)/gu, (_, space: string, tag: string) => (tags.push(tag), space))
    .replace(/(^|\s)!(low|medium|high|urgent)\b/giu, (_, space: string, level: string) => ((priority = level.toLowerCase() as typeof priority), space))
    .replace(/\s+/g, " ")
    .trim();
  return { title: title || line.trim(), tags, priority };
}
