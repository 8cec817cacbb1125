/**
 * A modal dialog with a title; Esc and the backdrop close it, focus returns to where it was.
 *
 * Our own, because opening is one of the most frequent interactions: a library's lock on scrolling and pointers styles the whole page
 * anew before the first frame. Here nothing behind the dialog scrolls by itself, the backdrop takes the pointer, Tab stays inside, and
 * the page behind is hidden from screen readers once the dialog stands on the screen.
 */
import { X } from "lucide-react";
import { createContext, useContext, useEffect, useId, useLayoutEffect, useRef, useState, type ReactNode, type RefObject } from "react";
import { createPortal } from "react-dom";
import { useI18n } from "@/shared/i18n";
import { cx } from "@/shared/lib/cx";
import { IconButton } from "./button";
import { keepTabInside, tabbable } from "./focus";

interface Props {
  title: string;
  description?: string;
  /** Read to screen readers only, when the content speaks for itself. */
  hideTitle?: boolean;
  onClose: () => void;
  className?: string;
  /** Near the top, where a typed line does not jump as results come and go. */
  top?: boolean;
  children: ReactNode;
  /** What gets the focus first; without it the first text field, else the dialog, or where no title is shown its first choice. */
  initialFocus?: RefObject<HTMLElement | null>;
  /** Called first on Esc; returning true keeps the dialog open. */
  onEscape?: () => boolean;
}

/** Where dialogs are drawn, if not over the page. */
export const DialogPlace = createContext<Element | null>(null);

/** The open dialogs with what had the focus before each; the last is on top. */
const open: { content: HTMLElement; before: HTMLElement | null }[] = [];
/** What may have the focus while a dialog stands open: messages. */
const BESIDE = "[data-sonner-toaster]";
/** A text is there to be typed into; without one the dialog itself is read out, and Tab goes to its first control. */
const FIELD = "input:not(:disabled, [type=checkbox], [type=radio]), textarea:not(:disabled)";

/** What had the focus; for a dialog that this one replaces, what it would have returned to. */
function focusedBefore(): HTMLElement | null {
  const active = document.activeElement;
  const replaced = open.find(({ content }) => content.contains(active));
  if (replaced) return replaced.before;
  return active instanceof HTMLElement ? active : null;
}

function useModal(before: HTMLElement | null, isChoice: boolean, initialFocus?: RefObject<HTMLElement | null>): RefObject<HTMLDivElement | null> {
  const content = useRef<HTMLDivElement>(null);
  const first = useRef(initialFocus);
  useLayoutEffect(() => {
    const shown = { content: content.current!, before };
    open.push(shown);
    if (!shown.content.contains(document.activeElement)) (first.current?.current ?? shown.content.querySelector<HTMLElement>(FIELD) ?? (isChoice ? tabbable(shown.content)[0] : undefined) ?? shown.content).focus();
    return () => {
      open.splice(open.indexOf(shown), 1);
      if (!open.length) document.getElementById("app")?.removeAttribute("aria-hidden");
      before?.focus();
    };
  }, [before, isChoice]);
  useEffect(() => {
    let last = content.current!.contains(document.activeElement) ? (document.activeElement as HTMLElement) : content.current!;
    const stay = ({ target }: FocusEvent) => {
      if (!(target instanceof HTMLElement) || open.at(-1)?.content !== content.current || target.closest(BESIDE)) return;
      if (content.current?.contains(target)) last = target;
      else last.focus();
    };
    document.addEventListener("focusin", stay);
    return () => document.removeEventListener("focusin", stay);
  }, []);
  useEffect(() => {
    // Not part of the frame that shows the dialog.
    const timer = setTimeout(() => document.getElementById("app")?.setAttribute("aria-hidden", "true"), 50);
    return () => clearTimeout(timer);
  }, []);
  return content;
}

export function Dialog({ title, description, hideTitle, onClose, className, top, children, initialFocus, onEscape }: Props) {
  const { t } = useI18n();
  const place = useContext(DialogPlace);
  const id = useId();
  const [before] = useState(focusedBefore);
  const content = useModal(before, Boolean(hideTitle), initialFocus);
  const escape = useRef(() => {});
  escape.current = () => onEscape?.() || onClose();
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      // A menu that stands open in the dialog closes first.
      if (event.key !== "Escape" || event.defaultPrevented || event.isComposing || open.at(-1)?.content !== content.current || content.current?.querySelector("[data-floating]")) return;
      event.preventDefault();
      escape.current();
    };
    // Before the page's own handlers: Esc is meant for the dialog, not for the panel it was opened from.
    document.addEventListener("keydown", onKey, true);
    return () => document.removeEventListener("keydown", onKey, true);
  }, [content]);

  return createPortal(
    <>
      <div aria-hidden onPointerDown={(event) => event.preventDefault()} onClick={onClose} className="fixed inset-0 z-40 animate-fade bg-[rgb(8_8_14/0.4)]" />
      <div
        ref={content}
        role="dialog"
        aria-modal="true"
        aria-labelledby={`${id}title`}
        aria-describedby={description ? `${id}text` : undefined}
        data-state="open"
        tabIndex={-1}
        onKeyDown={keepTabInside}
        className={cx(
          "fixed left-1/2 z-50 flex max-h-[86dvh] w-[calc(100vw-1.5rem)] -translate-x-1/2 animate-pop flex-col overflow-hidden rounded-xl bg-raised shadow-pop outline-none",
          top ? "top-[12dvh]" : "top-1/2 -translate-y-1/2",
          className ?? "max-w-md",
        )}
      >
        <div className={hideTitle ? "sr-only" : "flex items-start justify-between gap-3 px-5 pt-4 pb-2"}>
          <div>
            <h2 id={`${id}title`} className="text-[0.9375rem] font-semibold">{title}</h2>
            {description && <p id={`${id}text`} className="mt-1 text-muted">{description}</p>}
          </div>
          {!hideTitle && <IconButton icon={X} label={t("action.close")} className="-mr-1.5" onClick={onClose} />}
        </div>
        {children}
      </div>
    </>,
    place ?? document.body,
  );
}

export const DialogBody = ({ children, className }: { children: ReactNode; className?: string }) => (
  <div className={cx("min-h-0 flex-1 overflow-y-auto px-5 pt-2 pb-5", className)}>{children}</div>
);
export const DialogFooter = ({ children }: { children: ReactNode }) => (
  <div className="flex items-center justify-end gap-2 border-t border-line bg-surface px-5 py-3">{children}</div>
);
