/** Drop-down menus in the app's look, with the keys of the ARIA menu pattern: arrows, Home and End, first letters, Enter, Esc, Tab. */
import { Check, type LucideIcon } from "lucide-react";
import { cloneElement, createContext, useContext, useId, useRef, useState, type KeyboardEvent, type MouseEvent, type PointerEvent, type ReactElement, type ReactNode, type Ref, type RefObject } from "react";
import { cx } from "@/shared/lib/cx";
import { Floating, type Align, type Box } from "./floating";

const ITEM = "flex min-h-8 select-none coarse:min-h-10 items-center gap-2.5 rounded-[5px] px-2.5 py-1 outline-none focus:bg-hover aria-disabled:opacity-45";
const ITEMS = "[role^=menuitem]:not([aria-disabled=true])";
/** How long letters are one word. */
const TYPING_MS = 700;

export type Trigger = ReactElement<{ ref?: Ref<HTMLButtonElement>; onClick?: (event: MouseEvent<HTMLButtonElement>) => void; onKeyDown?: (event: KeyboardEvent<HTMLButtonElement>) => void; "aria-haspopup"?: "menu" | "dialog"; "aria-expanded"?: boolean; "aria-controls"?: string; "data-state"?: "open" | "closed" }>;
type First = "panel" | "first" | "last";

/** Closes the menu with the focus back in its place, before what was chosen is done: that may open a dialog. */
const Close = createContext<() => void>(() => undefined);

interface PanelProps { id?: string; label: string; button?: RefObject<HTMLElement | null>; at?: Box; align?: Align; first?: First; onClose: () => void; onReturnFocus?: () => void; className?: string; children: ReactNode }

/** The open menu itself; Menu puts it beside its button. */
export function MenuPanel({ label, first = "panel", button, onClose, onReturnFocus, className, children, ...rest }: PanelProps) {
  const typed = useRef({ text: "", at: 0 });
  const close = () => {
    if (onReturnFocus) onReturnFocus();
    else button?.current?.focus({ preventScroll: true });
    onClose();
  };
  function onKeyDown(event: KeyboardEvent<HTMLDivElement>) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.nativeEvent.isComposing) return;
    // Tab goes on from the button.
    if (event.key === "Tab") return close();
    const items = itemsOf(event.currentTarget);
    const at = items.indexOf(document.activeElement as HTMLElement);
    const searching = typed.current.text !== "" && event.timeStamp - typed.current.at < TYPING_MS;
    if (event.key === "Enter" || (event.key === " " && !searching)) items[at]?.click();
    else if (event.key === "ArrowDown") items[(at + 1) % items.length]?.focus();
    else if (event.key === "ArrowUp") items.at(at < 0 ? -1 : at - 1)?.focus();
    else if (event.key === "Home" || event.key === "PageUp") items[0]?.focus();
    else if (event.key === "End" || event.key === "PageDown") items.at(-1)?.focus();
    else if (event.key.length === 1) {
      typed.current = { text: (searching ? typed.current.text : "") + event.key.toLowerCase(), at: event.timeStamp };
      found(items, at, typed.current.text)?.focus();
    } else return;
    event.preventDefault();
  }
  const point = ({ currentTarget, target, pointerType }: PointerEvent<HTMLDivElement>) => {
    if (pointerType !== "mouse") return;
    const item = (target as Element).closest<HTMLElement>(ITEMS) ?? currentTarget;
    if (item !== document.activeElement) item.focus({ preventScroll: true });
  };
  return (
    <Close value={close}>
      <Floating
        role="menu"
        aria-label={label}
        aria-orientation="vertical"
        button={button}
        onClose={onClose}
        onReturnFocus={onReturnFocus}
        initialFocus={(panel) => (first === "panel" ? panel : itemsOf(panel).at(first === "first" ? 0 : -1))}
        onKeyDown={onKeyDown}
        onPointerMove={point}
        onPointerLeave={({ currentTarget, pointerType }) => { if (pointerType === "mouse" && currentTarget.contains(document.activeElement)) currentTarget.focus({ preventScroll: true }); }}
        className={cx("max-w-80 min-w-48", className)}
        {...rest}
      >
        {children}
      </Floating>
    </Close>
  );
}

const itemsOf = (panel: HTMLElement) => [...panel.querySelectorAll<HTMLElement>(ITEMS)];

/** The next item that begins with what was typed; one letter again and again goes through all that begin with it. */
export function found<T extends { textContent: string | null }>(items: T[], at: number, text: string): T | undefined {
  const isRepeated = [...text].every((letter) => letter === text[0]);
  const sought = isRepeated ? text[0]! : text;
  const from = isRepeated ? at + 1 : Math.max(at, 0);
  return [...items.slice(from), ...items.slice(0, from)].find((item) => item.textContent?.trim().toLowerCase().startsWith(sought));
}

export function Menu({ trigger, children, align = "end", label }: { trigger: Trigger; children: ReactNode; align?: Align; label: string }) {
  const [open, setOpen] = useState<First | null>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  return (
    <>
      {cloneElement(trigger, {
        ref: button,
        "aria-haspopup": "menu",
        "aria-expanded": open !== null,
        "aria-controls": open ? id : undefined,
        "data-state": open ? "open" : "closed",
        // A click without a pointer is Enter or Space.
        onClick: ({ detail }) => setOpen(open ? null : detail === 0 ? "first" : "panel"),
        onKeyDown: (event) => {
          const first = ({ ArrowDown: "first", ArrowUp: "last" } as const)[event.key];
          if (!first) return;
          event.preventDefault();
          setOpen(first);
        },
      })}
      {open && <MenuPanel id={id} label={label} button={button} align={align} first={open} onClose={() => setOpen(null)}>{children}</MenuPanel>}
    </>
  );
}

interface ItemProps { icon?: LucideIcon; iconClass?: string; children: ReactNode; hint?: ReactNode; onSelect: () => void; danger?: boolean; disabled?: boolean }

export function MenuItem({ icon: Icon, iconClass, children, hint, onSelect, danger, disabled }: ItemProps) {
  const close = useContext(Close);
  return (
    <div role="menuitem" tabIndex={-1} aria-disabled={disabled || undefined} onClick={disabled ? undefined : () => { close(); onSelect(); }} className={cx(ITEM, danger && "text-danger")}>
      {Icon && <Icon aria-hidden size={15} strokeWidth={1.9} className={iconClass ?? (danger ? "" : "text-muted")} />}
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {hint}
    </div>
  );
}

/** `stay` where several are chosen one after another: the menu stays open. */
export function MenuChoice({ checked, stay, icon: Icon, iconClass, children, onSelect, hint, disabled }: ItemProps & { checked: boolean; stay?: boolean }) {
  const close = useContext(Close);
  return (
    <div role="menuitemcheckbox" aria-checked={checked} tabIndex={-1} aria-disabled={disabled || undefined} onClick={disabled ? undefined : () => { if (!stay) close(); onSelect(); }} className={ITEM}>
      {Icon && <Icon aria-hidden size={15} className={iconClass ?? "text-muted"} />}
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {hint}
      <Check aria-hidden size={14} className={checked ? "text-accent-text" : "invisible"} />
    </div>
  );
}
export const MenuLine = () => <div role="separator" className="mx-1 my-1 h-px bg-line" />;
export const MenuLabel = ({ children }: { children: ReactNode }) => <div className="px-2.5 pt-2 pb-1 text-xs font-medium text-faint">{children}</div>;
