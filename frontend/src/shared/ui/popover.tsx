/** A small dialog beside its button, for fields and choices that are more than a menu. Tab stays inside. */
import { cloneElement, useId, useRef, useState, type ReactNode } from "react";
import { Floating } from "./floating";
import { keepTabInside, tabbable } from "./focus";
import type { Trigger } from "./menu";

interface Props { trigger: Trigger; children: ReactNode; open?: boolean; onOpenChange?: (open: boolean) => void; label: string; className?: string }

/** On a phone a field that gets the focus would bring the keyboard over the choices. */
const first = (panel: HTMLElement) => (matchMedia("(pointer: coarse)").matches ? panel : tabbable(panel)[0]);

export function Popover({ trigger, children, open: given, onOpenChange, label, className }: Props) {
  const [own, setOwn] = useState(false);
  const open = given ?? own;
  const setOpen = onOpenChange ?? setOwn;
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  return (
    <>
      {cloneElement(trigger, { ref: button, "aria-haspopup": "dialog", "aria-expanded": open, "aria-controls": open ? id : undefined, "data-state": open ? "open" : "closed", onClick: () => setOpen(!open) })}
      {open && <Floating id={id} role="dialog" aria-label={label} button={button} onClose={() => setOpen(false)} initialFocus={first} onKeyDown={keepTabInside} className={className}>{children}</Floating>}
    </>
  );
}
