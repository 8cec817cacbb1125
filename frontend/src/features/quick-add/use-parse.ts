/** The typed text as the server understands it, a moment after each key. */
import { useCallback, useEffect, useRef, useState } from "react";
import { languageStore } from "@/shared/i18n";
import { userZone } from "@/features/tasks/actions";
import { understand, type Line } from "./understand";

const PAUSE_MS = 110;
const PATIENCE_MS = 1500;

/** How a text typed now is read. */
export const reading = () => ({ time_zone: userZone(), locale: languageStore.get().locale });

export function useParse(text: string, takenBack: readonly string[]) {
  const [lines, setLines] = useState<Line[]>([]);
  const running = useRef<AbortController | null>(null);
  const parsedFor = useRef<{ text: string; takenBack: readonly string[] } | null>(null);

  useEffect(() => {
    running.current?.abort();
    if (!text.trim()) {
      setLines([]);
      parsedFor.current = null;
      return;
    }
    const mine = (running.current = new AbortController());
    const timer = setTimeout(() => {
      understand(text, takenBack, reading(), mine.signal).then(
        (result) => {
          parsedFor.current = { text, takenBack };
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
    if (parsedFor.current?.text === text && parsedFor.current.takenBack === takenBack) return lines;
    try {
      return await understand(text, takenBack, reading(), AbortSignal.timeout(PATIENCE_MS));
    } catch {
      return null;
    }
  }, [text, takenBack, lines]);

  return { lines, settle };
}
