/** The typed text as the server understands it, a moment after each key. */
import { useCallback, useEffect, useRef, useState } from "react";
import { tasks as api } from "@/shared/api/endpoints";
import type { ParsedItem } from "@/shared/api/types";
import { languageStore } from "@/shared/i18n";
import { userZone } from "@/features/tasks/actions";
import { blankTakenBack, titleOf } from "./literal";

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
  const asked = lines.map((line) => {
    const blanked = blankTakenBack(line.text, takenBack);
    const sent = blanked.trimStart(); // an indented line would be notes
    return { sent, lead: blanked.length - sent.length, changed: blanked !== line.text };
  });
  const sent = asked.flatMap((line) => (line.sent ? [line.sent] : [])).join("\n");
  const { items } = sent ? await api.parse({ text: sent, time_zone: userZone(), locale: languageStore.get().locale }, signal) : { items: [] };
  const unit = codeUnits(sent);
  let offset = 0;
  let answered = 0;
  return lines.map((line, index) => {
    const { sent: own, lead, changed } = asked[index]!;
    const item = own ? items[answered++] : undefined;
    if (!item) return { ...line, item: plainItem(line.text.trim()) };
    const shift = lead - offset;
    offset += own.length + 1;
    const tokens = item.tokens.map((token) => ({ ...token, start: unit(token.start) + shift, end: unit(token.end) + shift }));
    return { ...line, item: { tokens, task: changed ? { ...item.task, title: titleOf(line.text, tokens) } : item.task } };
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
