"use client";
/** The filter language by examples; each can be put into the search. */
import { useI18n, type MessageKey } from "@/shared/i18n";

const EXAMPLES: [string, MessageKey][] = [
  ["is:open", "search.help.open"],
  ["priority:high,urgent", "search.help.priority"],
  ["tag:home", "search.help.tag"],
  ["due<+7d", "search.help.due"],
  ["no:due", "search.help.noDue"],
  ["completed>-7d", "search.help.completed"],
  ['"exact words" -draft', "search.help.words"],
];

export function SearchHelp({ onAdd }: { onAdd: (text: string) => void }) {
  const { t } = useI18n();
  return (
    <dl aria-label={t("search.help")} className="grid grid-cols-[auto_1fr] items-center gap-x-4 gap-y-1 text-left text-[0.8125rem]">
      {EXAMPLES.map(([text, meaning]) => (
        <div key={text} className="contents">
          <dt><button type="button" aria-label={t("search.add", { text })} onClick={() => onAdd(text)} className="hit rounded-md border border-line bg-surface px-1.5 py-0.5 font-mono text-xs hover:border-accent-text hover:text-accent-text">{text}</button></dt>
          <dd className="text-muted">{t(meaning)}</dd>
        </div>
      ))}
    </dl>
  );
}
