"use client";
/** One line in plain words becomes a task; what is understood is marked and can be taken back. */
import { AlarmClock, CalendarDays, Flag, Hash, Repeat2, X, type LucideIcon } from "lucide-react";
import { useRef, useState, type KeyboardEvent } from "react";
import type { ParseToken } from "@/shared/api/types";
import { useI18n } from "@/shared/i18n";
import { useStore } from "@/shared/lib/store";
import { Button } from "@/shared/ui/button";
import { Dialog } from "@/shared/ui/dialog";
import type { Dialogs } from "@/shared/ui/dialogs";
import { keyText } from "@/shared/commands/registry";
import { createTasks, type NewTask } from "@/features/tasks/actions";
import { dayLabel } from "@/features/tasks/due";
import { outbox, type OutboxState } from "@/features/tasks/outbox";
import { useToday } from "@/features/tasks/zone";
import { chipsOf, parseLocally } from "./literal";
import { MarkedField } from "./marked-field";
import { linesOf, withDefaults, type Line } from "./understand";
import { reading, useParse } from "./use-parse";

const ICONS: Record<ParseToken["kind"], LucideIcon> = { due: CalendarDays, recurrence: Repeat2, tag: Hash, priority: Flag, reminder: AlarmClock, quoted: Hash };
const MOST_TASKS = 100;
const isOffline = ({ offline }: OutboxState) => offline;

export default function QuickAddDialog({ text: initial = "", tags = [], due_on, parent_id, onClose }: Dialogs["quick-add"] & { onClose: () => void }) {
  const { t, locale } = useI18n();
  const today = useToday();
  const [text, setText] = useState(initial);
  const [takenBack, setTakenBack] = useState<readonly string[]>([]);
  const field = useRef<HTMLTextAreaElement>(null);
  const sending = useRef(false);
  const { lines, settle } = useParse(text, takenBack);
  const offline = useStore(outbox, isOffline) || !navigator.onLine;
  const several = linesOf(text).length;
  const chips = lines.flatMap((line) => chipsOf(line.item.tokens).map((token) => ({ token, line })));
  const marks = chips.map(({ token, line }) => ({ kind: token.kind, start: line.start + token.start, end: line.start + token.end }));
  const hasDue = lines.some((line) => line.item.tokens.some((token) => token.kind === "due" || token.kind === "recurrence"));

  const takeBack = (token: ParseToken, line: Line) => {
    setTakenBack((all) => [...all, line.text.slice(token.start, token.end)]);
    field.current?.focus();
  };

  async function add(keepOpen: boolean) {
    if (!text.trim() || sending.current) return;
    sending.current = true;
    const understood = await settle();
    sending.current = false;
    const parsed: NewTask[] = understood
      ? understood.map(({ item, text: line }) => ({ ...item.task, title: item.task.title || line.trim() }))
      : linesOf(text).map((line) => ({ ...parseLocally(line.text, today), typed: { text: line.text, takenBack, ...reading(), typed_at: new Date().toISOString(), defaults: { tags, due_on } } }));
    createTasks(parsed.slice(0, MOST_TASKS).map((task) => withDefaults(task, { tags, due_on, parent_id })));
    setText("");
    setTakenBack([]);
    if (!keepOpen) onClose();
  }

  /** Esc takes back the last piece; with none left it closes. */
  function onEscape(): boolean {
    const last = chips.at(-1);
    if (last) takeBack(last.token, last.line);
    return last !== undefined;
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>) {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      void add(event.metaKey || event.ctrlKey);
    } else if (event.key === "Backspace") {
      const { selectionStart, selectionEnd } = event.currentTarget;
      const before = chips.find(({ token, line }) => line.start + token.end === selectionStart);
      if (before && selectionStart === selectionEnd) {
        event.preventDefault();
        takeBack(before.token, before.line);
      }
    }
  }

  return (
    <Dialog title={t("command.add")} hideTitle top onClose={onClose} onEscape={onEscape} className="max-w-xl" initialFocus={field}>
      <MarkedField ref={field} value={text} marks={marks} label={t("quickAdd.label")} placeholder={t("quickAdd.placeholder")} onChange={setText} onKeyDown={onKeyDown} />
      <div className="flex min-h-11 flex-wrap items-center gap-1.5 px-4 pb-3" aria-live="polite">
        {chips.map(({ token, line }) => {
          const Icon = ICONS[token.kind];
          return (
            <span key={`${line.start}:${token.start}:${token.kind}`} className="inline-flex h-7 animate-pop items-center gap-1.5 rounded-md bg-accent-soft pl-2 text-[0.8125rem] text-accent-text">
              <Icon aria-hidden size={13} />
              {token.label}
              <button type="button" aria-label={t("quickAdd.takeBack", { what: token.label })} onClick={() => takeBack(token, line)} className="grid size-6 place-items-center rounded hover:bg-active">
                <X aria-hidden size={12} />
              </button>
            </span>
          );
        })}
        {due_on && !hasDue && <Fixed icon={CalendarDays}>{dayLabel(due_on, today, t, locale)}</Fixed>}
        {tags.map((tag) => <Fixed key={tag} icon={Hash}>{tag}</Fixed>)}
        {offline && text.trim() !== "" ? <p className="text-xs text-faint">{t("quickAdd.offline")}</p> : !chips.length && !due_on && !tags.length && <p className="text-xs text-faint">{t("quickAdd.hint")}</p>}
      </div>
      <div className="flex items-center justify-between gap-3 border-t border-line bg-surface px-4 py-2.5">
        <p className="text-xs text-faint max-sm:hidden">{t("quickAdd.keys", { more: keyText("$mod+Enter") })}</p>
        <div className="ml-auto flex gap-2">
          <Button size="sm" variant="ghost" onClick={onClose}>{t("action.cancel")}</Button>
          <Button size="sm" variant="primary" disabled={!text.trim()} onClick={() => void add(false)}>{several > 1 ? t("quickAdd.addMany", { count: several }) : t("quickAdd.add")}</Button>
        </div>
      </div>
    </Dialog>
  );
}

const Fixed = ({ icon: Icon, children }: { icon: LucideIcon; children: string }) => (
  <span className="inline-flex h-7 items-center gap-1.5 rounded-md border border-line px-2 text-[0.8125rem] text-muted"><Icon aria-hidden size={13} />{children}</span>
);
