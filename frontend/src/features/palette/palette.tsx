"use client";
/**
 * ⌘K: every command, every screen, every task and tag by a few letters.
 *
 * A typed letter shows in the next frame; what it finds follows when it is ready, and is looked for anew on Enter if it is not.
 */
import { Search } from "lucide-react";
import { useDeferredValue, useId, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { commandStore } from "@/shared/commands/registry";
import { useI18n } from "@/shared/i18n";
import { showTask } from "@/shared/lib/location";
import { useStore } from "@/shared/lib/store";
import { Dialog } from "@/shared/ui/dialog";
import { useTags } from "@/features/tags/queries";
import { useOpenTasks } from "@/features/tasks/queries";
import { commandContext, go } from "@/features/shell/command-context";
import { find, firstOf, type Entry, type Source } from "./find";
import { PaletteList } from "./palette-list";

const FIRST_SCREEN = 12;

export default function Palette({ onClose }: { onClose: () => void }) {
  const { t } = useI18n();
  const id = useId();
  const [context] = useState(commandContext);
  const [search, setSearch] = useState("");
  const [active, setActive] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const source = useSource(context);
  const sought = useDeferredValue(search);
  const complete = useDeferredValue(true, false);
  const sections = useMemo(() => find(source, sought), [source, sought]);
  const shown = useMemo(() => (complete ? sections : firstOf(sections, FIRST_SCREEN)), [sections, complete]);
  const entries = useMemo(() => shown.flatMap((section) => section.entries), [shown]);
  const at = Math.min(active, Math.max(entries.length - 1, 0));

  const choose = (entry: Entry | undefined) => {
    if (!entry) return;
    onClose();
    // After the dialog has given the focus back, or it would take it away from what opens now.
    setTimeout(() => {
      if ("task" in entry) showTask(entry.task.id);
      else if ("command" in entry) entry.command.run(context);
      else if ("tag" in entry) go(`/tag/?name=${encodeURIComponent(entry.tag.name)}`);
      else go(`/search/?q=${encodeURIComponent(entry.text)}`);
    }, 0);
  };
  const move = (next: number) => {
    const target = (next + entries.length) % Math.max(entries.length, 1);
    setActive(target);
    list.current?.querySelector(`[data-at="${target}"]`)?.scrollIntoView({ block: "nearest" });
  };

  function onKeyDown(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing) return;
    const key = event.ctrlKey && event.key === "n" ? "ArrowDown" : event.ctrlKey && event.key === "p" ? "ArrowUp" : event.key;
    if (key === "ArrowDown") move(at + 1);
    else if (key === "ArrowUp") move(at - 1);
    else if (key === "Enter") choose(sought === search ? entries[at] : find(source, search)[0]?.entries[0]);
    else return;
    event.preventDefault();
  }

  return (
    <Dialog title={t("command.palette")} hideTitle top onClose={onClose} className="max-w-xl">
      <div className="flex items-center gap-3 border-b border-line px-4">
        <Search aria-hidden size={17} className="text-faint" />
        <input
          role="combobox"
          aria-label={t("command.palette")}
          aria-expanded
          aria-controls={id}
          aria-autocomplete="list"
          aria-activedescendant={entries.length ? `${id}${at}` : undefined}
          placeholder={t("palette.placeholder")}
          autoComplete="off"
          spellCheck={false}
          value={search}
          onChange={(event) => { setSearch(event.target.value); setActive(0); list.current?.scrollTo({ top: 0 }); }}
          onKeyDown={onKeyDown}
          className="h-13 flex-1 bg-transparent text-base outline-none"
        />
      </div>
      {context.tasks.length > 0 && <p className="truncate px-4 pt-2 text-xs text-faint">{context.tasks.length === 1 ? context.tasks[0]!.title : t("list.selectedCount", { count: context.tasks.length })}</p>}
      <PaletteList ref={list} id={id} sections={shown} active={at} onActive={setActive} onChoose={choose} />
    </Dialog>
  );
}

/** Everything that can be found, with its text in small letters, written once and not at each key. */
function useSource(context: ReturnType<typeof commandContext>): Source {
  const { t } = useI18n();
  const commands = useStore(commandStore);
  const tags = useTags();
  const { tasks } = useOpenTasks();
  const named = useMemo(
    () => commands.filter((command) => !command.hidden && (!command.isVisible || command.isVisible(context))).map((command) => ({ command, label: t(command.label), text: t(command.label).toLowerCase() })),
    [commands, context, t],
  );
  const later = useDeferredValue(tasks, NONE);
  const titled = useMemo(() => later.map((task) => ({ task, text: task.title.toLowerCase() })), [later]);
  return useMemo(() => ({ commands: named, tasks: titled, tags: tags.map((tag) => ({ tag, text: tag.name.toLowerCase() })) }), [named, titled, tags]);
}
const NONE: ReturnType<typeof useOpenTasks>["tasks"] = [];
