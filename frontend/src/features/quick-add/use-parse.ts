/** The typed text as the server understands it, a moment after each key. */
import { useCallback, useEffect, useRef, useState } from "react";
import { tasks as api } from "@/shared/api/endpoints";
import type { ParsedItem } from "@/shared/api/types";
import { languageStore } from "@/shared/i18n";
import { userZone } from "@/features/tasks/actions";
import { quoteTakenBack } from "./literal";

const PAUSE_MS = 110;
const PATIENCE_MS = 1500;

export interface Line { text: string; /** Where the line begins in the field. */ start: number; item: ParsedItem }

async function parse(text: string, takenBack: readonly string[], signal?: AbortSignal): Promise<Line[]> {
  const lines: { text: string; start: number }[] = [];
  let start = 0;
  for (const line of text.split("\n")) {
    // An indented line belongs to the task before it, as its notes.
    if (line.trim() && (!lines.length || !/^\s/.test(line))) lines.push({ text: line, start });
    else if (lines.length) lines.at(-1)!.text = text.slice(lines.at(-1)!.start, start + line.length);
    start += line.length + 1;
  }
  const literals = lines.map((line) => quoteTakenBack(line.text, takenBack));
  const sent = literals.map((literal) => literal.sent).join("\n");
  const { items } = await api.parse({ text: sent, time_zone: userZone(), locale: languageStore.get().locale }, signal);
  const unit = codeUnits(sent);
  let sentStart = 0;
  return lines.map((line, index) => {
    const literal = literals[index]!;
    const offset = sentStart;
    sentStart += literal.sent.length + 1;
    const item = items[index] ?? plainItem(line.text);
    const tokens = item.tokens.map((token) => ({ ...token, start: literal.toField(unit(token.start) - offset), end: literal.toField(unit(token.end) - offset) }));
    return { ...line, item: { ...item, tokens } };
  });
}

const plainItem = (title: string): ParsedItem => ({ task: { title, notes: "", priority: "none", tags: [], due_on: null, due_at: null, due_local: null, due_tz: null, rrule: null, dtstart: null, mode: "schedule", reminders: [] }, tokens: [] });

/** The server counts code points, a text field counts UTF-16 units. */
export function codeUnits(text: string): (codePoints: number) => number {
  const points = [...text];
  if (points.length === text.length) return (position) => position;
  const units = [0];
  for (const point of points) units.push(units.at(-1)! + point.length);
  return (position) => units[position] ?? text.length;
}

export function useParse(text: string, takenBack: readonly string[]) {
  const [lines, setLines] = useState<Line[]>([]);
  const running = useRef<AbortController | null>(null);
  const parsedFor = useRef("");

  useEffect(() => {
    running.current?.abort();
    if (!text.trim()) {
      setLines([]);
      parsedFor.current = "";
      return;
    }
    const mine = (running.current = new AbortController());
    const timer = setTimeout(() => {
      parse(text, takenBack, mine.signal).then(
        (result) => {
          parsedFor.current = text;
          setLines(result);
        },
        () => undefined,
      );
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      mine.abort();
    };
  }, [text, takenBack]);

  /** What is understood of exactly this text; null when the server does not answer in time. */
  const settle = useCallback(async (): Promise<Line[] | null> => {
    if (parsedFor.current === text) return lines;
    try {
      return await parse(text, takenBack, AbortSignal.timeout(PATIENCE_MS));
    } catch {
      return null;
    }
  }, [text, takenBack, lines]);

  return { lines, settle };
}
