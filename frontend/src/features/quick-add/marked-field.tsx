"use client";
/** A growing text field that marks ranges of its text: a coloured copy lies behind transparent glyphs. */
import { useEffect, useRef, type KeyboardEvent, type ReactNode, type Ref } from "react";

interface Props {
  value: string; marks: { kind: string; start: number; end: number }[]; label: string; placeholder: string;
  onChange: (value: string) => void; onKeyDown: (event: KeyboardEvent<HTMLTextAreaElement>) => void; ref?: Ref<HTMLTextAreaElement>;
}
const TEXT = "block w-full px-4 pt-4 pb-2 text-base leading-6 break-words whitespace-pre-wrap sm:text-[1.0625rem]";

export function MarkedField({ value, marks, label, placeholder, onChange, onKeyDown, ref }: Props) {
  const mirror = useRef<HTMLDivElement>(null);
  const parts: ReactNode[] = [];
  let from = 0;
  for (const mark of [...marks].sort((a, b) => a.start - b.start)) {
    if (mark.start < from || mark.end > value.length) continue;
    parts.push(value.slice(from, mark.start), <mark key={mark.start} className="rounded-[3px] bg-accent-soft text-transparent shadow-[0_0_0_2px_var(--accent-soft)]">{value.slice(mark.start, mark.end)}</mark>);
    from = mark.end;
  }
  parts.push(value.slice(from));
  useEffect(() => {
    // Asking for the height makes the browser lay the page out at once: not for a line that cannot be higher than the field.
    if (value.length > 200 || value.includes("\n")) mirror.current?.parentElement?.scrollTo({ top: mirror.current.scrollHeight });
  }, [value]);
  return (
    <div className="max-h-[40dvh] overflow-y-auto">
      <div className="relative">
        <div ref={mirror} aria-hidden className={`${TEXT} min-h-14 text-transparent`}>{parts}{"\u200b"}</div>
        <textarea
          ref={ref}
          value={value}
          aria-label={label}
          placeholder={placeholder}
          rows={1}
          maxLength={20_000}
          spellCheck={false}
          enterKeyHint="done"
          onChange={(event) => onChange(event.target.value)}
          onKeyDown={onKeyDown}
          className={`${TEXT} absolute inset-0 h-full resize-none overflow-hidden bg-transparent outline-none`}
        />
      </div>
    </div>
  );
}
