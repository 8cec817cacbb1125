"use client";
import { Hash, Search } from "lucide-react";
import { memo, type Ref } from "react";
import { keyCaps } from "@/shared/commands/registry";
import { useI18n } from "@/shared/i18n";
import { cx } from "@/shared/lib/cx";
import { toggleTasks } from "@/features/tasks/actions";
import { Tick } from "@/features/tasks/components/marks";
import type { Entry, Section } from "./find";

interface Props { id: string; sections: Section[]; active: number; onActive: (at: number) => void; onChoose: (entry: Entry) => void; ref: Ref<HTMLDivElement> }

export function PaletteList({ id, sections, active, onActive, onChoose, ref }: Props) {
  const { t } = useI18n();
  const heading = (key: Section["key"]) => (key === "tasks" ? t("palette.tasks") : key === "tags" ? t("nav.tags") : key === "search" ? null : t(`group.${key}`));
  let at = -1;
  return (
    <div ref={ref} id={id} role="listbox" aria-label={t("command.palette")} className="max-h-[52dvh] overflow-y-auto p-1.5">
      {!sections.length && <p role="option" aria-selected={false} aria-disabled className="px-3 py-8 text-center text-muted">{t("palette.empty")}</p>}
      {sections.map(({ key, entries }) => (
        <div key={key} role="group" aria-labelledby={heading(key) ? `${id}${key}` : undefined} aria-label={heading(key) ? undefined : t("nav.search")}>
          {heading(key) && <div id={`${id}${key}`} aria-hidden className="px-3 pt-2.5 pb-1 text-xs font-medium text-faint">{heading(key)}</div>}
          {entries.map((entry) => {
            const index = ++at;
            return (
              <div
                key={entry.key}
                id={`${id}${index}`}
                data-at={index}
                role="option"
                aria-selected={index === active}
                tabIndex={-1}
                onPointerMove={index === active ? undefined : () => onActive(index)}
                onPointerDown={(event) => event.preventDefault()}
                onClick={() => onChoose(entry)}
                className={cx("flex h-9 items-center gap-3 rounded-md px-3", index === active && "bg-active")}
              >
                <Content entry={entry} />
              </div>
            );
          })}
        </div>
      ))}
    </div>
  );
}

/** Drawn once, whichever entry is the active one. */
const Content = memo(function Content({ entry }: { entry: Entry }) {
  const { t } = useI18n();
  if ("task" in entry) return <><Tick task={entry.task} tabIndex={-1} onToggle={() => toggleTasks([entry.task])} /><span className="truncate">{entry.task.title}</span></>;
  if ("tag" in entry) return <><Hash aria-hidden size={16} className="mx-px shrink-0 text-muted" /> {entry.tag.name}</>;
  if ("text" in entry) return <><Search aria-hidden size={16} className="mx-px shrink-0 text-muted" /> {t("palette.searchFor", { text: entry.text })}</>;
  const { icon: Icon, keys } = entry.command;
  return (
    <>
      <Icon aria-hidden size={16} strokeWidth={1.9} className="mx-px shrink-0 text-muted" />
      <span className="flex-1 truncate">{entry.label}</span>
      {keys?.[0] && <span aria-hidden className="flex gap-1">{keyCaps(keys[0]).map((cap, index) => <kbd key={index} className="kbd">{cap}</kbd>)}</span>}
    </>
  );
});
