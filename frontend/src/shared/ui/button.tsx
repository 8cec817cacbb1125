import type { LucideIcon } from "lucide-react";
import type { ButtonHTMLAttributes, Ref } from "react";
import { cx } from "@/shared/lib/cx";

const VARIANTS = {
  primary: "bg-accent text-accent-fg hover:brightness-110 active:brightness-95",
  secondary: "border border-line-strong bg-bg text-fg hover:bg-hover active:bg-active",
  ghost: "text-muted hover:bg-hover hover:text-fg active:bg-active",
  danger: "border border-line-strong bg-bg text-danger hover:bg-danger-soft",
} as const;

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  variant?: keyof typeof VARIANTS;
  size?: "sm" | "md";
  icon?: LucideIcon;
  busy?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

export function Button({ variant = "secondary", size = "md", icon: Icon, busy, className, children, disabled, type = "button", ...rest }: ButtonProps) {
  return (
    <button
      type={type}
      disabled={disabled}
      aria-busy={busy || undefined}
      className={cx(
        "inline-flex shrink-0 items-center justify-center gap-1.5 rounded-[7px] font-medium whitespace-nowrap transition-[background-color,filter] duration-100 select-none disabled:opacity-50",
        size === "sm" ? "h-7 px-2.5 text-[0.8125rem]" : "h-8.5 px-3.5 text-sm",
        VARIANTS[variant],
        busy && "opacity-70",
        className,
      )}
      {...rest}
    >
      {Icon && <Icon aria-hidden size={15} strokeWidth={2} />}
      {children}
    </button>
  );
}

export interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  icon: LucideIcon;
  label: string;
  /** Shown in the tooltip beside the label, e.g. "⌘K". */
  hint?: string;
  size?: number;
  ref?: Ref<HTMLButtonElement>;
}

export function IconButton({ icon: Icon, label, hint, size = 16, className, type = "button", ...rest }: IconButtonProps) {
  return (
    <button
      type={type}
      aria-label={label}
      title={hint ? `${label} (${hint})` : label}
      className={cx("hit inline-grid size-7 shrink-0 place-items-center rounded-md text-muted transition-colors duration-100 hover:bg-active hover:text-fg disabled:opacity-40 data-[state=open]:bg-active", className)}
      {...rest}
    >
      <Icon aria-hidden size={size} strokeWidth={1.9} />
    </button>
  );
}
