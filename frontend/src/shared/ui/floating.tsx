/**
 * A panel that stands over the page beside its button, or at a point: what menus and popovers are made of.
 *
 * Our own, because opening one is among the most frequent interactions: a library's layers measured the page several times before the first
 * frame and were twice the processor's time that a frame may take. Here the browser's top layer (the `popover` attribute) puts the panel over
 * everything without being clipped, it is measured once, Esc and a press outside close it, and the focus goes back to where it was.
 */
import { useEffect, useLayoutEffect, useRef, type HTMLAttributes, type ReactNode, type RefObject } from "react";
import { createPortal } from "react-dom";
import { cx } from "@/shared/lib/cx";

export type Align = "start" | "end" | "center";
/** A rectangle of the screen: a button's, or a point. */
export interface Box { left: number; right: number; top: number; bottom: number }

const GAP = 5;
const EDGE = 8;
export const PANEL = "animate-pop rounded-lg bg-raised p-1 text-[0.8125rem] text-fg shadow-pop outline-none";

/** Where a panel of this size stands: below the box if it fits there, else where there is more room; never over the edge of the screen. */
export function placeBeside(box: Box, size: { width: number; height: number }, screen: { width: number; height: number }, align: Align) {
  const below = screen.height - box.bottom - GAP - EDGE;
  const above = box.top - GAP - EDGE;
  const isBelow = size.height <= below || below >= above;
  const height = Math.min(size.height, isBelow ? below : above);
  const wanted = align === "start" ? box.left : align === "end" ? box.right - size.width : (box.left + box.right - size.width) / 2;
  return {
    left: Math.round(Math.max(EDGE, Math.min(wanted, screen.width - size.width - EDGE))),
    top: Math.round(isBelow ? box.bottom + GAP : box.top - GAP - height),
    maxHeight: Math.floor(isBelow ? below : above),
  };
}

function place(panel: HTMLElement, box: Box | undefined, align: Align): void {
  if (!box) return;
  const { left, top, maxHeight } = placeBeside(box, { width: panel.offsetWidth, height: panel.scrollHeight }, { width: innerWidth, height: innerHeight }, align);
  Object.assign(panel.style, { left: `${left}px`, top: `${top}px`, maxHeight: `${maxHeight}px` });
}

/** Where a panel stands in the page: in the dialog of its button, else in the main landmark, never outside of all landmarks. */
const landmarkOf = (button: Element | null) => button?.closest("[role=dialog]") ?? document.getElementById("content") ?? document.body;

interface Props extends Omit<HTMLAttributes<HTMLDivElement>, "role"> {
  role: "menu" | "dialog";
  /** The button it belongs to: it stands beside it, and gives the focus back to it. */
  button?: RefObject<HTMLElement | null>;
  /** Where it stands, without a button. */
  at?: Box;
  align?: Align;
  onClose: () => void;
  /** What gets the focus when it closes, without a button. */
  onReturnFocus?: () => void;
  /** What gets the focus when it opens; without it the panel itself. */
  initialFocus?: (panel: HTMLElement) => HTMLElement | null | undefined;
  children: ReactNode;
}

export function Floating({ button, at, align = "start", onClose, onReturnFocus, initialFocus, className, children, ...rest }: Props) {
  const panel = useRef<HTMLDivElement>(null);
  const now = useRef({ at, align, onClose, onReturnFocus, initialFocus });
  now.current = { at, align, onClose, onReturnFocus, initialFocus };

  useLayoutEffect(() => {
    const element = panel.current!;
    const opener = button?.current;
    // Not in every environment of the tests.
    element.showPopover?.();
    place(element, now.current.at ?? opener?.getBoundingClientRect(), now.current.align);
    (now.current.initialFocus?.(element) ?? element).focus({ preventScroll: true });
    return () => {
      if (document.activeElement !== document.body && !element.contains(document.activeElement)) return;
      if (now.current.onReturnFocus) now.current.onReturnFocus();
      else opener?.focus({ preventScroll: true });
    };
  }, [button]);

  useEffect(() => {
    const element = panel.current!;
    const isInside = (target: EventTarget | null) => target instanceof Node && element.contains(target);
    const leave = ({ target }: Event) => {
      if (target instanceof Node && !isInside(target) && !button?.current?.contains(target)) now.current.onClose();
    };
    const escape = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.defaultPrevented || event.isComposing) return;
      event.preventDefault();
      now.current.onClose();
    };
    const follow = () => place(element, now.current.at ?? button?.current?.getBoundingClientRect(), now.current.align);
    const scrolled = ({ target }: Event) => { if (!isInside(target)) follow(); };
    const grown = typeof ResizeObserver === "undefined" ? null : new ResizeObserver(follow);
    grown?.observe(element);
    // Before the page's own handlers: Esc is meant for what stands on top.
    document.addEventListener("keydown", escape, true);
    document.addEventListener("pointerdown", leave, true);
    document.addEventListener("focusin", leave, true);
    addEventListener("scroll", scrolled, { capture: true, passive: true });
    addEventListener("resize", follow);
    return () => {
      grown?.disconnect();
      document.removeEventListener("keydown", escape, true);
      document.removeEventListener("pointerdown", leave, true);
      document.removeEventListener("focusin", leave, true);
      removeEventListener("scroll", scrolled, true);
      removeEventListener("resize", follow);
    };
  }, [button]);

  return createPortal(
    <div ref={panel} popover="manual" data-floating data-state="open" tabIndex={-1} className={cx(PANEL, "fixed inset-auto m-0 overflow-y-auto", className)} {...rest}>{children}</div>,
    landmarkOf(button?.current ?? null),
  );
}
