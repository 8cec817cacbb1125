"use client";
/** ⌘J: asking in words. The answer streams in; what would change much waits for a click. */
import { ArrowLeft, ArrowUp, History, MessageSquareText, Plus, Square, X } from "lucide-react";
import { useEffect, useRef, useState, type FormEvent } from "react";
import { useI18n } from "@/shared/i18n";
import { Button, IconButton } from "@/shared/ui/button";
import type { Turn } from "./chat-events";
import { ChatTurn } from "./chat-turn";
import { ConversationList } from "./conversation-list";
import { useChat } from "./use-chat";

export default function ChatPanel({ onClose }: { onClose: () => void }) {
  const { t } = useI18n();
  const chat = useChat();
  const [listing, setListing] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const focusField = () => setTimeout(() => field.current?.focus());

  return (
    <aside
      aria-label={t("chat.title")}
      onKeyDown={(event) => { if (event.key === "Escape" && !event.defaultPrevented) { event.stopPropagation(); if (listing) setListing(false); else onClose(); } }}
      className="no-print z-10 flex w-full shrink-0 animate-slide flex-col bg-bg max-md:fixed max-md:inset-0 max-md:z-30 md:w-[26rem] md:border-l md:border-line"
    >
      <div className="flex h-14 shrink-0 items-center gap-1 px-4">
        {listing && <IconButton icon={ArrowLeft} label={t("chat.back")} onClick={() => { setListing(false); focusField(); }} />}
        <h2 className="mr-auto font-semibold">{t(listing ? "chat.history" : "chat.title")}</h2>
        {!listing && <IconButton icon={History} label={t("chat.history")} onClick={() => setListing(true)} />}
        <IconButton icon={Plus} label={t("chat.new")} onClick={() => { chat.start(); setListing(false); focusField(); }} />
        <IconButton icon={X} label={t("action.close")} onClick={onClose} />
      </div>
      {listing
        ? <ConversationList current={chat.current} onOpen={(id) => { void chat.load(id); setListing(false); focusField(); }} onDeleted={(id) => { if (id === chat.current) chat.start(); }} />
        : <Conversation chat={chat} field={field} />}
    </aside>
  );
}

function Conversation({ chat, field }: { chat: ReturnType<typeof useChat>; field: React.RefObject<HTMLTextAreaElement | null> }) {
  const { t } = useI18n();
  const [text, setText] = useState("");
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => field.current?.focus(), [field]);
  // In braces: newer browsers answer a promise here, which React would take for a clean-up.
  useEffect(() => { void end.current?.scrollIntoView({ block: "end" }); }, [chat.turns]);

  function submit(event?: FormEvent) {
    event?.preventDefault();
    if (chat.busy || !text.trim()) return;
    void chat.send(text.trim());
    setText("");
  }
  const say = (message: string) => { void chat.send(message); field.current?.focus(); };

  return (
    <>
      {/* The log itself is silent while it streams; the status below reads each answer once, when it is whole. */}
      <div role="log" aria-live="off" aria-label={t("chat.title")} aria-busy={chat.busy} tabIndex={0} className="flex min-h-0 flex-1 flex-col gap-4 overflow-y-auto px-4 pb-4 outline-offset-[-2px]">
        {!chat.turns.length && <Start onSay={say} />}
        {chat.turns.map((turn, at) => {
          const newest = at === chat.turns.length - 1;
          return <ChatTurn key={turn.id} turn={turn} newest={newest} busy={chat.busy && newest} onSettle={(action, decision) => void chat.settle(action, decision)} onUndo={(done) => void chat.undo(done)} onSay={say} />;
        })}
        <div ref={end} />
      </div>
      <p role="status" className="sr-only">{chat.busy ? t("chat.thinking") : spoken(chat.turns.at(-1))}</p>
      <form onSubmit={submit} className="m-3 flex items-end gap-2 rounded-xl border border-line-strong p-2 focus-within:outline-2 focus-within:outline-accent-text max-md:mb-[calc(0.75rem+env(safe-area-inset-bottom))]">
        <textarea
          ref={field}
          rows={Math.min(6, text.split("\n").length)}
          aria-label={t("chat.message")}
          placeholder={t("chat.placeholder")}
          value={text}
          maxLength={4000}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) { event.preventDefault(); submit(); }
            if (event.key === "ArrowUp" && !text) setText(lastSaid(chat.turns));
          }}
          className="min-w-0 flex-1 resize-none bg-transparent px-1.5 py-1 outline-none"
        />
        {chat.busy ? <IconButton icon={Square} label={t("chat.stop")} onClick={chat.stop} /> : <IconButton icon={ArrowUp} label={t("chat.send")} type="submit" disabled={!text.trim()} className="bg-accent! text-accent-fg!" />}
      </form>
    </>
  );
}

function Start({ onSay }: { onSay: (message: string) => void }) {
  const { t } = useI18n();
  const samples = [t("chat.sample1"), t("chat.sample2"), t("chat.sample3"), t("chat.sample4")];
  return (
    <div className="m-auto w-full py-6 text-center">
      <MessageSquareText aria-hidden size={26} strokeWidth={1.5} className="mx-auto mb-3 text-accent-text" />
      <p className="mb-1 font-medium">{t("chat.empty")}</p>
      <p className="mb-4 text-[0.8125rem] text-pretty text-muted">{t("chat.emptyText")}</p>
      <div className="flex flex-col items-stretch gap-2">{samples.map((sample) => <Button key={sample} size="sm" className="h-auto! py-1.5 font-normal! whitespace-normal!" onClick={() => onSay(sample)}>{sample}</Button>)}</div>
    </div>
  );
}

/** An answer as a screen reader should hear it: its words, and the names of what it shows. */
function spoken(turn: Turn | undefined): string {
  if (turn?.role !== "assistant") return "";
  const words = turn.parts.map((part) => {
    if (part.kind === "text") return part.text;
    if (part.kind === "tasks") return part.tasks.map((task) => task.title).join(", ");
    if (part.kind === "choices") return part.choices.map((choice) => `${choice.number}: ${choice.label}`).join(", ");
    return part.action.state === "open" ? `${part.action.summary}: ${part.action.titles.join(", ")}` : "";
  });
  return [...words, turn.error ?? ""].filter(Boolean).join(". ");
}

const lastSaid = (turns: Turn[]) => {
  const part = turns.filter((turn) => turn.role === "user").at(-1)?.parts[0];
  return part?.kind === "text" ? part.text : "";
};
