"use client";
/** The search field: words or the filter language, with the place that is not understood shown under it. */
import { Search, X } from "lucide-react";
import { useEffect, useRef, type RefObject } from "react";
import { singleKeys } from "@/shared/commands/shortcuts";
import { useI18n } from "@/shared/i18n";
import { moveFocus } from "@/features/tasks/navigation";
import type { FilterProblem } from "./filter-error";
import { MOST_CHARACTERS } from "./search-state";

export function SearchBar({ value, problem, onChange }: { value: string; problem: FilterProblem | null; onChange: (text: string) => void }) {
  const { t } = useI18n();
  const input = useRef<HTMLInputElement>(null);
  useSlash(input);
  const showPlace = () => {
    input.current?.focus();
    input.current?.setSelectionRange(problem!.start, problem!.end);
  };
  return (
    <form role="search" onSubmit={(event) => { event.preventDefault(); moveFocus(1); }}>
      <div className="relative">
        <Search aria-hidden size={17} className="absolute top-1/2 left-3 -translate-y-1/2 text-faint" />
        <input
          ref={input}
          type="search"
          autoFocus
          aria-label={t("search.label")}
          aria-invalid={problem ? true : undefined}
          aria-describedby={problem ? "search-problem" : undefined}
          placeholder={t("search.placeholder")}
          value={value}
          maxLength={MOST_CHARACTERS}
          autoCapitalize="none"
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => onChange(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "ArrowDown") {
              event.preventDefault();
              moveFocus(1);
            }
          }}
          className="field h-10 rounded-lg pr-10 pl-10 text-[0.9375rem] [&::-webkit-search-cancel-button]:hidden"
        />
        {value && (
          <button type="button" aria-label={t("search.clear")} onClick={() => { onChange(""); input.current?.focus(); }} className="absolute top-1/2 right-2 grid size-7 -translate-y-1/2 place-items-center rounded-md text-muted hover:bg-hover">
            <X aria-hidden size={15} />
          </button>
        )}
      </div>
      {problem && (
        <div id="search-problem" role="alert" className="mt-2 rounded-lg bg-danger-soft px-3 py-2 text-[0.8125rem] text-danger">
          <code className="block overflow-x-auto font-mono text-xs whitespace-pre" aria-hidden>
            {problem.before}<mark className="bg-transparent font-semibold text-danger underline decoration-wavy underline-offset-4">{problem.word || " "}</mark>{problem.after}{"\n"}{" ".repeat([...problem.before].length)}^
          </code>
          <p className="mt-1"><button type="button" onClick={showPlace} className="hit font-medium underline underline-offset-2">{t("search.at", { at: problem.at })}</button>: {problem.reason}</p>
        </div>
      )}
    </form>
  );
}

/** "/" on this very page goes back to the field, with what is in it. */
function useSlash(input: RefObject<HTMLInputElement | null>) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement && event.target.closest("input, textarea, select, [contenteditable], [role=dialog]");
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing || !singleKeys.get()) return;
      event.preventDefault();
      event.stopPropagation();
      input.current?.focus();
      input.current?.select();
    };
    addEventListener("keydown", onKey, true);
    return () => removeEventListener("keydown", onKey, true);
  }, [input]);
}
