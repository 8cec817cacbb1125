"use client";
import { Search, X } from "lucide-react";
import { useRef } from "react";
import { useI18n } from "@/shared/i18n";
import { moveFocus } from "@/features/tasks/navigation";

export function SearchBar({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  const { t } = useI18n();
  const input = useRef<HTMLInputElement>(null);
  return (
    <form role="search" onSubmit={(event) => { event.preventDefault(); moveFocus(1); }} className="relative">
      <Search aria-hidden size={17} className="absolute top-1/2 left-3 -translate-y-1/2 text-faint" />
      <input
        ref={input}
        type="search"
        autoFocus
        aria-label={t("search.label")}
        placeholder={t("search.placeholder")}
        value={value}
        maxLength={200}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => { if (event.key === "ArrowDown") { event.preventDefault(); moveFocus(1); } }}
        className="field h-10 rounded-lg pr-10 pl-10 text-[0.9375rem] [&::-webkit-search-cancel-button]:hidden"
      />
      {value && (
        <button type="button" aria-label={t("search.clear")} onClick={() => { onChange(""); input.current?.focus(); }} className="absolute top-1/2 right-2 grid size-7 -translate-y-1/2 place-items-center rounded-md text-muted hover:bg-hover">
          <X aria-hidden size={15} />
        </button>
      )}
    </form>
  );
}
