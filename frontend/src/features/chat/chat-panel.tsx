"use client";
/** ⌘J: asking in words. The answer streams in; what would change much waits for a click. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ArrowUp, History, MessageSquareText, Plus, Square, Trash2, X } from "lucide-react";
import { useEffect, useRef, useState, type FormEvent } from "react";
import { chat as api } from "@/shared/api/endpoints";
import { useI18n } from "@/shared/i18n";
import { Button, IconButton } from "@/shared/ui/button";
import { Menu, MenuItem, MenuLine } from "@/shared/ui/menu";
import { ChatTurn } from "./chat-turn";
import { useChat } from "./use-chat";

export default function ChatPanel({ onClose }: { onClose: () => void }) {
  const { t } = useI18n();
  const chat = useChat();
  const client = useQueryClient();
  const [text, setText] = useState("");
  const field = useRef<HTMLTextAreaElement>(null);
  const end = useRef<HTMLDivElement>(null);
  const { data: kept } = useQuery({ queryKey: ["chat", "conversations"], queryFn: api.conversations, retry: false });
  useEffect(() => field.current?.focus(), []);
  useEffect(() => end.current?.scrollIntoView({ block: "end" }), [chat.turns]);

  function submit(event?: FormEvent) {
    event?.preventDefault();
    if (chat.busy || !text.trim()) return;
    void chat.send(text.trim());
    setText("");
  }
  const samples = [t("chat.sample1"), t("chat.sample2"), t("chat.sample3")];

  return (
    <aside
      aria-label={t("chat.title")}
      onKeyDown={(event) => { if (event.key === "Escape" && !event.defaultPrevented) { event.stopPropagation(); onClose(); } }}
      className="no-print z-10 flex w-full shrink-0 animate-slide flex-col bg-bg max-md:fixed max-md:inset-0 max-md:z-30 md:w-[26rem] md:border-l md:border-line"
    >
      <div className="flex h-14 shrink-0 items-center gap-1 px-4">
        <h2 className="mr-auto font-semibold">{t("chat.title")}</h2>
        {kept && kept.items.length > 0 && (
          <Menu label={t("chat.history")} trigger={<IconButton icon={History} label={t("chat.history")} />}>
            {kept.items.slice(0, 15).map((each) => (
              <MenuItem key={each.id} icon={MessageSquareText} onSelect={() => void chat.load(each.id)}><span className="block max-w-56 truncate">{each.title || t("chat.untitled")}</span></MenuItem>
            ))}
            <MenuLine />
            <MenuItem icon={Trash2} danger onSelect={() => void Promise.all(kept.items.map((each) => api.remove(each.id))).then(() => { chat.start(); return client.invalidateQueries({ queryKey: ["chat"] }); })}>{t("chat.deleteAll")}</MenuItem>
          </Menu>
        )}
        <IconButton icon={Plus} label={t("chat.new")} onClick={() => { chat.start(); field.current?.focus(); }} />
        <IconButton icon={X} label={t("action.close")} onClick={onClose} />
      </div>
      <div role="log" aria-label={t("chat.title")} aria-busy={chat.busy} tabIndex={0} className="flex min-h-0 flex-1 flex-col gap-4 overflow-y-auto px-4 pb-4 outline-offset-[-2px]">
        {!chat.turns.length && (
          <div className="m-auto w-full py-6 text-center">
            <MessageSquareText aria-hidden size={26} strokeWidth={1.5} className="mx-auto mb-3 text-accent-text" />
            <p className="mb-4 text-muted">{t("chat.empty")}</p>
            <div className="flex flex-col items-stretch gap-2">{samples.map((sample) => <Button key={sample} size="sm" className="h-auto! py-1.5 font-normal! whitespace-normal!" onClick={() => void chat.send(sample)}>{sample}</Button>)}</div>
          </div>
        )}
        {chat.turns.map((turn, at) => <ChatTurn key={turn.id} turn={turn} busy={chat.busy && at === chat.turns.length - 1} onSettle={chat.settle} />)}
        <div ref={end} />
      </div>
      <form onSubmit={submit} className="m-3 flex items-end gap-2 rounded-xl border border-line-strong p-2 focus-within:outline-2 focus-within:outline-accent-text max-md:mb-[calc(0.75rem+env(safe-area-inset-bottom))]">
        <textarea
          ref={field}
          rows={Math.min(6, text.split("\n").length)}
          aria-label={t("chat.message")}
          placeholder={t("chat.placeholder")}
          value={text}
          maxLength={4000}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => { if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) { event.preventDefault(); submit(); } }}
          className="min-w-0 flex-1 resize-none bg-transparent px-1.5 py-1 outline-none"
        />
        {chat.busy ? <IconButton icon={Square} label={t("chat.stop")} onClick={chat.stop} /> : <IconButton icon={ArrowUp} label={t("chat.send")} type="submit" disabled={!text.trim()} className="bg-accent! text-accent-fg!" />}
      </form>
    </aside>
  );
}
