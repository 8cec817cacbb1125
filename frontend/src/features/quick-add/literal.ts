/**
 * Pieces the person took back: they are sent in quotation marks, which the grammar reads as literal
 * text, and the positions in the answer are mapped back to what stands in the field.
 */
import type { ParseToken } from "@/shared/api/types";

export interface Literal { sent: string; /** Position in `sent` → position in the field. */ toField: (position: number) => number }

export function quoteTakenBack(text: string, takenBack: readonly string[]): Literal {
  const ranges: [number, number][] = [];
  for (const piece of takenBack) {
    const at = text.indexOf(piece);
    if (piece && at >= 0 && !ranges.some(([start, end]) => at < end && at + piece.length > start)) ranges.push([at, at + piece.length]);
  }
  ranges.sort(([a], [b]) => a - b);
  let sent = "";
  let from = 0;
  for (const [start, end] of ranges) {
    sent += `${text.slice(from, start)}"${text.slice(start, end)}"`;
    from = end;
  }
  sent += text.slice(from);
  const marks = ranges.flatMap(([start, end]) => [start, end]);
  const toField = (position: number) => {
    let inserted = 0;
    for (const mark of marks) if (position > mark + inserted) inserted++;
    return position - inserted;
  };
  return { sent, toField };
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
