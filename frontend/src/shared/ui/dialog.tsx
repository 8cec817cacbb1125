/** A modal dialog with a title; Esc and the backdrop close it, focus returns to where it was. */
import * as Radix from "@radix-ui/react-dialog";
import { X } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useI18n } from "@/shared/i18n";
import { cx } from "@/shared/lib/cx";
import { IconButton } from "./button";

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
  onOpenAutoFocus?: (event: Event) => void;
  /** Called first on Esc; returning true keeps the dialog open. */
  onEscape?: () => boolean;
}

/** What had the focus when the dialog opened; for an item of a menu, which is gone by the time it closes, the menu's button. */
function focusedBefore(): HTMLElement | null {
  const active = document.activeElement;
  const menuButton = document.getElementById(active?.closest("[role=menu]")?.getAttribute("aria-labelledby") ?? "");
  return menuButton ?? (active instanceof HTMLElement ? active : null);
}

export function Dialog({ title, description, hideTitle, onClose, className, top, children, onOpenAutoFocus, onEscape }: Props) {
  const { t } = useI18n();
  const [before] = useState(focusedBefore);
  return (
    <Radix.Root open onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 animate-fade bg-[rgb(8_8_14/0.4)]" />
        <Radix.Content
          aria-describedby={description ? undefined : ""}
          onOpenAutoFocus={onOpenAutoFocus}
          // Radix would give it to its own trigger, which dialogs opened by commands do not have.
          onCloseAutoFocus={(event) => { event.preventDefault(); before?.focus(); }}
          onEscapeKeyDown={(event) => onEscape?.() && event.preventDefault()}
          className={cx(
            "fixed left-1/2 z-50 flex max-h-[86dvh] w-[calc(100vw-1.5rem)] -translate-x-1/2 animate-pop flex-col overflow-hidden rounded-xl bg-raised shadow-pop outline-none",
            top ? "top-[12dvh]" : "top-1/2 -translate-y-1/2",
            className ?? "max-w-md",
          )}
        >
          <div className={hideTitle ? "sr-only" : "flex items-start justify-between gap-3 px-5 pt-4 pb-2"}>
            <div>
              <Radix.Title className="text-[0.9375rem] font-semibold">{title}</Radix.Title>
              {description && <Radix.Description className="mt-1 text-muted">{description}</Radix.Description>}
            </div>
            {!hideTitle && (
              <Radix.Close asChild>
                <IconButton icon={X} label={t("action.close")} className="-mr-1.5" />
              </Radix.Close>
            )}
          </div>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

export const DialogBody = ({ children, className }: { children: ReactNode; className?: string }) => (
  <div className={cx("min-h-0 flex-1 overflow-y-auto px-5 pt-2 pb-5", className)}>{children}</div>
);
export const DialogFooter = ({ children }: { children: ReactNode }) => (
  <div className="flex items-center justify-end gap-2 border-t border-line bg-surface px-5 py-3">{children}</div>
);
