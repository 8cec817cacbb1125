/**
 * Drop-down menus and popovers on Radix, in the app's look.
 *
 * Radix and its positioning (37 KB) are not part of the first load: they arrive when a trigger is
 * first pointed at, or while the page is idle (loadMenus), and menus are plain buttons until then.
 */
import type * as MenuKit from "@radix-ui/react-dropdown-menu";
import type * as PopoverKit from "@radix-ui/react-popover";
import { Check, type LucideIcon } from "lucide-react";
import { cloneElement, useRef, useState, type ComponentProps, type MouseEvent, type ReactElement, type ReactNode } from "react";
import { cx } from "@/shared/lib/cx";

interface Kit { menu: typeof MenuKit; popover: typeof PopoverKit }
let kit: Kit | null = null;
let loading: Promise<void> | undefined;
export const loadMenus = () =>
  (loading ??= Promise.all([import("@radix-ui/react-dropdown-menu"), import("@radix-ui/react-popover")]).then(([menu, popover]) => {
    kit = { menu, popover };
  }));

export const MENU_PANEL = "z-50 animate-pop rounded-lg bg-raised p-1 text-[0.8125rem] shadow-pop outline-none";
const ITEM =
  "flex min-h-8 select-none items-center gap-2.5 rounded-[5px] px-2.5 py-1 outline-none data-[disabled]:opacity-45 data-[highlighted]:bg-hover";

/** Where a panel stands in the page: in the dialog of its trigger, else in the main landmark, never outside of all landmarks. */
const landmarkOf = (trigger: HTMLElement | null) => trigger?.closest<HTMLElement>("[role=dialog]") ?? document.getElementById("content");

type Trigger = ReactElement<{ onClick?: (event: MouseEvent<HTMLButtonElement>) => void; onPointerEnter?: () => void; onFocus?: () => void; "aria-haspopup"?: "menu" | "dialog"; "aria-expanded"?: boolean }>;

/** A stand-in for the trigger until Radix is here; true once it is. */
function useKit(trigger: Trigger, popup: "menu" | "dialog", open: (from: HTMLButtonElement) => void): ReactElement | null {
  const [ready, setReady] = useState(kit !== null);
  if (ready) return null;
  return cloneElement(trigger, {
    "aria-haspopup": popup,
    "aria-expanded": false,
    onPointerEnter: () => void loadMenus(),
    onFocus: () => void loadMenus(),
    onClick: ({ currentTarget }: MouseEvent<HTMLButtonElement>) => void loadMenus().then(() => { setReady(true); open(currentTarget); }),
  });
}

export function Menu({ trigger, children, align = "end", label }: { trigger: Trigger; children: ReactNode; align?: "start" | "end" | "center"; label?: string }) {
  const [open, setOpen] = useState(false);
  const at = useRef<HTMLButtonElement>(null);
  const standIn = useKit(trigger, "menu", (element) => { at.current = element; setOpen(true); });
  if (standIn) return standIn;
  const { Root, Trigger, Portal, Content } = kit!.menu;
  return (
    <Root modal={false} open={open} onOpenChange={setOpen}>
      <Trigger asChild ref={at}>{trigger}</Trigger>
      <Portal container={open ? landmarkOf(at.current) : undefined}>
        <Content align={align} sideOffset={5} collisionPadding={8} aria-label={label} className={cx(MENU_PANEL, "max-h-[70dvh] min-w-48 overflow-y-auto")}>
          {children}
        </Content>
      </Portal>
    </Root>
  );
}

interface ItemProps { icon?: LucideIcon; iconClass?: string; children: ReactNode; hint?: ReactNode; onSelect: () => void; danger?: boolean; disabled?: boolean }

export function MenuItem({ icon: Icon, iconClass, children, hint, onSelect, danger, disabled }: ItemProps) {
  const { Item } = kit!.menu;
  return (
    <Item disabled={disabled} onSelect={onSelect} className={cx(ITEM, danger && "text-danger")}>
      {Icon && <Icon aria-hidden size={15} strokeWidth={1.9} className={iconClass ?? (danger ? "" : "text-muted")} />}
      <span className="flex-1">{children}</span>
      {hint}
    </Item>
  );
}

export function MenuChoice({ checked, icon: Icon, iconClass, children, onSelect, hint, disabled }: ItemProps & { checked: boolean }) {
  const { CheckboxItem } = kit!.menu;
  return (
    <CheckboxItem checked={checked} disabled={disabled} onSelect={onSelect} className={ITEM}>
      {Icon && <Icon aria-hidden size={15} className={iconClass ?? "text-muted"} />}
      <span className="flex-1">{children}</span>
      {hint}
      <Check aria-hidden size={14} className={checked ? "text-accent-text" : "invisible"} />
    </CheckboxItem>
  );
}
export function MenuLine() {
  const { Separator } = kit!.menu;
  return <Separator className="mx-1 my-1 h-px bg-line" />;
}
export function MenuLabel({ children }: { children: ReactNode }) {
  const { Label } = kit!.menu;
  return <Label className="px-2.5 pt-2 pb-1 text-xs font-medium text-faint">{children}</Label>;
}

interface PopoverProps extends Pick<ComponentProps<typeof PopoverKit.Content>, "align" | "side" | "onOpenAutoFocus"> {
  trigger: Trigger; children: ReactNode; open?: boolean; onOpenChange?: (open: boolean) => void; label: string; className?: string;
}

export function Popover({ trigger, children, open: given, onOpenChange, label, className, ...rest }: PopoverProps) {
  const [own, setOwn] = useState(false);
  const open = given ?? own;
  const setOpen = onOpenChange ?? setOwn;
  const at = useRef<HTMLButtonElement>(null);
  const standIn = useKit(trigger, "dialog", (element) => { at.current = element; setOpen(true); });
  if (standIn) return standIn;
  const { Root, Trigger, Portal, Content } = kit!.popover;
  return (
    <Root open={open} onOpenChange={setOpen}>
      <Trigger asChild ref={at}>{trigger}</Trigger>
      <Portal container={open ? landmarkOf(at.current) : undefined}>
        <Content sideOffset={5} collisionPadding={8} align="start" aria-label={label} className={cx(MENU_PANEL, "max-h-[80dvh] overflow-y-auto", className)} {...rest}>
          {children}
        </Content>
      </Portal>
    </Root>
  );
}
