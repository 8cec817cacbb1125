/**
 * Which rows of a long list exist: those near the screen, the one that is kept, and all of them on paper.
 *
 * Every height is known beforehand, so nothing is measured and a list needs none of what a virtualizing library brings (10 KB of the
 * first load). The range moves in steps of several rows: most scroll events draw nothing.
 */
import { useCallback, useEffect, useMemo, useRef, useState, type RefObject } from "react";
import { flushSync } from "react-dom";

const STEP = 8;
const FIRST = { from: 0, to: 40 };
/** Between a row that the keyboard scrolled to and the lower edge. */
const EDGE = 24;

/** The top of each row, and the end of the last one behind them. */
export function topsOf(heights: number[]): number[] {
  const tops = [0];
  for (const height of heights) tops.push(tops.at(-1)! + height);
  return tops;
}

/** The row that covers this place. */
export function rowAt(tops: number[], place: number): number {
  let low = 0;
  let high = tops.length - 1;
  while (low + 1 < high) {
    const middle = (low + high) >> 1;
    if (tops[middle]! <= place) low = middle;
    else high = middle;
  }
  return low;
}

/** The rows to draw for what is seen, in whole steps, with one step more on either side. */
export const rangeOf = (tops: number[], from: number, to: number) => ({
  from: Math.max((Math.floor(rowAt(tops, from) / STEP) - 1) * STEP, 0),
  to: (Math.floor(rowAt(tops, to) / STEP) + 2) * STEP,
});

/** `kept` is drawn wherever it is: the row with the focus, or the keyboard would lose its place; -1 for none. */
export function useVisibleRows(list: RefObject<HTMLElement | null>, tops: number[], kept: number) {
  const [range, setRange] = useState(FIRST);
  const now = useRef(tops);
  now.current = tops;
  const view = useRef({ top: 0, height: 0, offset: 0 });

  const look = useCallback(() => {
    const element = list.current;
    const scroller = scrollerOf(element);
    if (!element || !scroller) return;
    const { top, height, offset } = (view.current = { top: scroller.scrollTop, height: scroller.clientHeight, offset: element.offsetTop });
    const next = rangeOf(now.current, top - offset, top - offset + height);
    setRange((before) => (before.from === next.from && before.to === next.to ? before : next));
  }, [list]);

  useEffect(() => {
    const scroller = scrollerOf(list.current);
    if (!scroller) return;
    const seen = new ResizeObserver(look);
    seen.observe(scroller);
    scroller.addEventListener("scroll", look, { passive: true });
    const everything = () => flushSync(() => setRange({ from: 0, to: Infinity }));
    addEventListener("beforeprint", everything);
    addEventListener("afterprint", look);
    return () => {
      seen.disconnect();
      scroller.removeEventListener("scroll", look);
      removeEventListener("beforeprint", everything);
      removeEventListener("afterprint", look);
    };
  }, [list, look]);
  useEffect(() => {
    // With the next frame, where the layout is made anyway, and not for itself.
    const frame = requestAnimationFrame(look);
    return () => cancelAnimationFrame(frame);
  }, [tops, look]);

  const indexes = useMemo(() => {
    const count = tops.length - 1;
    const to = Math.min(range.to, count);
    const from = Math.min(range.from, to);
    const near = Array.from({ length: to - from }, (_, at) => from + at);
    if (kept < 0 || kept >= count || (kept >= from && kept < to)) return near;
    return kept < from ? [kept, ...near] : [...near, kept];
  }, [range, tops, kept]);

  const scrollTo = useCallback((index: number, where: "near" | "start") => {
    const scroller = scrollerOf(list.current);
    if (!scroller) return;
    if (!view.current.height) look();
    const { top, height, offset } = view.current;
    // What stands above the list stays on the screen while it scrolls, and covers that much of it.
    const above = now.current[index]!;
    const below = now.current[index + 1]! + offset + EDGE;
    if (where === "start" || above < top) scroller.scrollTop = view.current.top = above;
    else if (below > top + height) scroller.scrollTop = view.current.top = below - height;
  }, [list, look]);

  return { indexes, scrollTo };
}

const scrollerOf = (list: HTMLElement | null) => list?.closest<HTMLElement>("[data-scroll]") ?? null;
