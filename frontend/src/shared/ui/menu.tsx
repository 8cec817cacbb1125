/** Drop-down menus and popovers on Radix, in the app's look. */
import * as Radix from "@radix-ui/react-dropdown-menu";
import * as RadixPopover from "@radix-ui/react-popover";
import { Check, type LucideIcon } from "lucide-react";
import type { ComponentProps, ReactNode } from "react";
import { cx } from "@/shared/lib/cx";

const PANEL = "z-50 animate-pop rounded-lg bg-raised p-1 text-[0.8125rem] shadow-pop outline-none";
const ITEM =
  "flex min-h-8 select-none items-center gap-2.5 rounded-[5px] px-2.5 py-1 outline-none data-[disabled]:opacity-45 data-[highlighted]:bg-hover";

export function Menu({ trigger, children, align = "end", label }: { trigger: ReactNode; children: ReactNode; align?: "start" | "end" | "center"; label?: string }) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content align={align} sideOffset={5} collisionPadding={8} aria-label={label} className={cx(PANEL, "max-h-[70dvh] min-w-48 overflow-y-auto")}>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

interface ItemProps { icon?: LucideIcon; iconClass?: string; children: ReactNode; hint?: ReactNode; onSelect: () => void; danger?: boolean; disabled?: boolean }

export function MenuItem({ icon: Icon, iconClass, children, hint, onSelect, danger, disabled }: ItemProps) {
  return (
    <Radix.Item disabled={disabled} onSelect={onSelect} className={cx(ITEM, danger && "text-danger")}>
      {Icon && <Icon aria-hidden size={15} strokeWidth={1.9} className={iconClass ?? (danger ? "" : "text-muted")} />}
      <span className="flex-1">{children}</span>
      {hint}
    </Radix.Item>
  );
}

export function MenuChoice({ checked, icon: Icon, iconClass, children, onSelect, hint, disabled }: ItemProps & { checked: boolean }) {
  return (
    <Radix.CheckboxItem checked={checked} disabled={disabled} onSelect={onSelect} className={ITEM}>
      {Icon && <Icon aria-hidden size={15} className={iconClass ?? "text-muted"} />}
      <span className="flex-1">{children}</span>
      {hint}
      <Check aria-hidden size={14} className={checked ? "text-accent-text" : "invisible"} />
    </Radix.CheckboxItem>
  );
}
export const MenuLine = () => <Radix.Separator className="mx-1 my-1 h-px bg-line" />;
export const MenuLabel = ({ children }: { children: ReactNode }) => <Radix.Label className="px-2.5 pt-2 pb-1 text-xs font-medium text-faint">{children}</Radix.Label>;

export function Popover({ trigger, children, open, onOpenChange, label, className, ...rest }: {
  trigger: ReactNode; children: ReactNode; open?: boolean; onOpenChange?: (open: boolean) => void; label: string; className?: string;
} & Pick<ComponentProps<typeof RadixPopover.Content>, "align" | "side" | "onOpenAutoFocus">) {
  return (
    <RadixPopover.Root open={open} onOpenChange={onOpenChange}>
      <RadixPopover.Trigger asChild>{trigger}</RadixPopover.Trigger>
      <RadixPopover.Portal>
        <RadixPopover.Content sideOffset={5} collisionPadding={8} align="start" aria-label={label} className={cx(PANEL, "max-h-[80dvh] overflow-y-auto", className)} {...rest}>
          {children}
        </RadixPopover.Content>
      </RadixPopover.Portal>
    </RadixPopover.Root>
  );
}
export const PopoverClose = RadixPopover.Close;
