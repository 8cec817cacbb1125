"use client";
/** ⌘K: every command, every screen, every task and tag by a few letters. */
import { Command as Cmdk } from "cmdk";
import { Hash, Search } from "lucide-react";
import { useMemo, useState } from "react";
import { commandStore, keyCaps } from "@/shared/commands/registry";
import { GROUPS } from "@/shared/commands/types";
import { useI18n } from "@/shared/i18n";
import { showTask } from "@/shared/lib/location";
import { useStore } from "@/shared/lib/store";
import { Dialog } from "@/shared/ui/dialog";
import { useTags } from "@/features/tags/queries";
import { Tick } from "@/features/tasks/components/marks";
import { toggleTasks } from "@/features/tasks/actions";
import { useOpenTasks } from "@/features/tasks/queries";
import { commandContext, go } from "@/features/shell/command-context";

const ITEM = "flex h-9 items-center gap-3 rounded-md px-3 data-[selected=true]:bg-active";
const HEADING = "[&_[cmdk-group-heading]]:px-3 [&_[cmdk-group-heading]]:pt-2.5 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-faint";
const MOST_TASKS = 8;

/** Word starts count, not letters scattered over a title. */
function rate(value: string, search: string): number {
  const text = value.toLowerCase();
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.every((word) => text.includes(word))) return 0;
  const starts = words.filter((word) => text.startsWith(word) || text.includes(` ${word}`)).length;
  return 0.2 + (0.8 * starts) / Math.max(words.length, 1);
}

export default function Palette({ onClose }: { onClose: () => void }) {
  const { t } = useI18n();
  const [search, setSearch] = useState("");
  const [context] = useState(commandContext);
  const commands = useStore(commandStore).filter((command) => !command.hidden && (!command.isVisible || command.isVisible(context)));
  const tags = useTags();
  const { tasks } = useOpenTasks();
  const found = useMemo(() => {
    if (search.trim().length < 2) return [];
    return tasks.map((task) => ({ task, rating: rate(task.title, search) })).filter(({ rating }) => rating > 0).sort((a, b) => b.rating - a.rating).slice(0, MOST_TASKS).map(({ task }) => task);
  }, [tasks, search]);
  // Filtered here and not by cmdk, which renders everything and then sorts the page's elements at each key.
  const groups = GROUPS.map((group) => {
    const rated = commands.filter((command) => command.group === group).map((command) => ({ command, rating: search.trim() ? rate(t(command.label), search) : 1 })).filter(({ rating }) => rating > 0);
    if (search.trim()) rated.sort((a, b) => b.rating - a.rating);
    return { group, best: rated[0]?.rating ?? 0, matching: rated.map(({ command }) => command) };
  }).filter(({ best }) => best > 0).sort((a, b) => b.best - a.best);
  const foundTags = search.trim() ? tags.filter((tag) => rate(tag.name, search.replace(/^#/, "")) > 0) : [];
  const then = (run: () => void) => {
    onClose();
    // After the dialog has given the focus back, or it would take it away from what opens now.
    setTimeout(run, 0);
  };

  return (
    <Dialog title={t("command.palette")} hideTitle top onClose={onClose} className="max-w-xl">
      <Cmdk label={t("command.palette")} shouldFilter={false} loop className="flex min-h-0 flex-col">
        <div className="flex items-center gap-3 border-b border-line px-4">
          <Search aria-hidden size={17} className="text-faint" />
          <Cmdk.Input value={search} onValueChange={setSearch} placeholder={t("palette.placeholder")} autoFocus className="h-13 flex-1 bg-transparent text-base outline-none" />
        </div>
        {context.tasks.length > 0 && <p className="truncate px-4 pt-2 text-xs text-faint">{context.tasks.length === 1 ? context.tasks[0]!.title : t("list.selectedCount", { count: context.tasks.length })}</p>}
        <Cmdk.List className="max-h-[52dvh] overflow-y-auto p-1.5">
          <Cmdk.Empty className="px-3 py-8 text-center text-muted">{t("palette.empty")}</Cmdk.Empty>
          {found.length > 0 && (
            <Cmdk.Group heading={t("palette.tasks")} className={HEADING}>
              {found.map((task) => (
                <Cmdk.Item key={task.id} value={`${task.title} ${task.id}`} onSelect={() => then(() => showTask(task.id))} className={ITEM}>
                  <Tick task={task} tabIndex={-1} onToggle={() => toggleTasks([task])} />
                  <span className="truncate">{task.title}</span>
                </Cmdk.Item>
              ))}
            </Cmdk.Group>
          )}
          {groups.map(({ group, matching }) => (
            <Cmdk.Group key={group} heading={t(`group.${group}`)} className={HEADING}>
              {matching.map((command) => (
                <Cmdk.Item key={command.id} value={t(command.label)} onSelect={() => then(() => command.run(context))} className={ITEM}>
                  <command.icon aria-hidden size={16} strokeWidth={1.9} className="text-muted" />
                  <span className="flex-1 truncate">{t(command.label)}</span>
                  {command.keys?.[0] && <span aria-hidden className="flex gap-1">{keyCaps(command.keys[0]).map((cap, index) => <kbd key={index} className="kbd">{cap}</kbd>)}</span>}
                </Cmdk.Item>
              ))}
            </Cmdk.Group>
          ))}
          {foundTags.length > 0 && (
            <Cmdk.Group heading={t("nav.tags")} className={HEADING}>
              {foundTags.map((tag) => (
                <Cmdk.Item key={tag.id} value={`#${tag.name} ${tag.name}`} onSelect={() => then(() => go(`/tag/?name=${encodeURIComponent(tag.name)}`))} className={ITEM}>
                  <Hash aria-hidden size={15} className="text-muted" /> {tag.name}
                </Cmdk.Item>
              ))}
            </Cmdk.Group>
          )}
          {search.trim() && (
            <Cmdk.Item value={`search:${search}`} onSelect={() => then(() => go(`/search/?q=${encodeURIComponent(search)}`))} className={ITEM}>
              <Search aria-hidden size={16} className="text-muted" /> {t("palette.searchFor", { text: search })}
            </Cmdk.Item>
          )}
        </Cmdk.List>
      </Cmdk>
    </Dialog>
  );
}
