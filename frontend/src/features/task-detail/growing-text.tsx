"use client";
/** A text area as high as its text (an invisible copy gives it the height). */
import type { TextareaHTMLAttributes } from "react";
import { cx } from "@/shared/lib/cx";

interface Props extends Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, "onChange"> { label: string; value: string; onChange: (text: string) => void }

export function GrowingText({ label, value, onChange, className, ...rest }: Props) {
  const shape = "col-start-1 row-start-1 w-full px-1 py-0.5 whitespace-pre-wrap break-words";
  return (
    <div className={cx("-mx-1 grid min-w-0 flex-1", className)}>
      <div aria-hidden dir="auto" className={cx(shape, "invisible")}>{value}{"\u200b"}</div>
      <textarea aria-label={label} dir="auto" rows={1} value={value} onChange={(event) => onChange(event.target.value)} className={cx(shape, "resize-none overflow-hidden rounded-md bg-transparent outline-offset-0")} {...rest} />
    </div>
  );
}
