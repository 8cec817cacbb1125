"use client";
import { Check, Copy } from "lucide-react";
import { useId, useState } from "react";
import { useI18n } from "@/shared/i18n";
import { IconButton } from "./button";

/** A text to take along: selectable, with a copy button. */
export function CopyField({ label, value, multiline }: { label: string; value: string; multiline?: boolean }) {
  const { t } = useI18n();
  const id = useId();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(value);
    setCopied(true);
    setTimeout(() => setCopied(false), 1600);
  };
  return (
    <div className="relative">
      <label htmlFor={id} className="sr-only">{label}</label>
      {multiline
        ? <textarea id={id} readOnly rows={value.split("\n").length} value={value} className="field resize-none bg-surface py-2 pr-10 font-mono text-xs leading-5 whitespace-pre" />
        : <input id={id} readOnly value={value} onFocus={(event) => event.target.select()} className="field bg-surface pr-10 font-mono text-xs" />}
      <IconButton icon={copied ? Check : Copy} size={14} label={t(copied ? "action.copied" : "action.copy")} onClick={() => void copy()} className="absolute top-1 right-1 bg-surface" />
    </div>
  );
}
