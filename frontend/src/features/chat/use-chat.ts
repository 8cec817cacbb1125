/** One conversation: sends a message and reads the answer's events as they come. */
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { ApiError } from "@/shared/api/errors";
import { chat as api } from "@/shared/api/endpoints";
import { explain } from "@/shared/api/explain";
import { fetchResponse } from "@/shared/api/http";
import { t } from "@/shared/i18n";
import { readEvents } from "@/features/live/sse";
import { newTurn, storedTurns, withEvent, type Done, type Part, type PendingAction, type Turn } from "./chat-events";

const SAVED = "obsidianlist.chat";
export type Decision = "confirm" | "cancel";

export function useChat() {
  const client = useQueryClient();
  const [turns, setTurns] = useState<Turn[]>([]);
  const [busy, setBusy] = useState(false);
  const [current, setCurrent] = useState<string | null>(null);
  const conversation = useRef<string | null>(null);
  const running = useRef<AbortController | null>(null);

  const remember = useCallback((id: string | null) => {
    conversation.current = id;
    setCurrent(id);
    if (id) sessionStorage.setItem(SAVED, id);
    else sessionStorage.removeItem(SAVED);
  }, []);

  const load = useCallback(async (id: string) => {
    running.current?.abort();
    try {
      const [{ messages }, waiting] = await Promise.all([api.get(id), api.waiting()]);
      remember(id);
      setTurns(storedTurns(messages, new Set(waiting.items.map((action) => action.id))));
    } catch {
      remember(null);
    }
  }, [remember]);

  useEffect(() => {
    const id = sessionStorage.getItem(SAVED);
    if (id) void load(id);
    return () => running.current?.abort();
  }, [load]);

  const send = useCallback(async (message: string) => {
    if (!message.trim() || running.current) return;
    const mine = (running.current = new AbortController());
    const change = (next: (turn: Turn) => Turn) => setTurns((all) => [...all.slice(0, -1), next(all.at(-1)!)]);
    setTurns((all) => [...all, newTurn("user", message), newTurn("assistant")]);
    setBusy(true);
    try {
      const body = { message, ...(conversation.current && { conversation_id: conversation.current }) };
      const response = await fetchResponse("/api/chat", { method: "POST", body, headers: { Accept: "text/event-stream" }, signal: mine.signal });
      let ended = false;
      for await (const { event, data } of readEvents(response.body!)) {
        const values = JSON.parse(data) as Record<string, unknown>;
        if (event === "conversation") remember(String(values.id));
        if (event === "done") ended = true;
        change((turn) => withEvent(turn, event, values));
      }
      if (!ended) change((turn) => ({ ...turn, error: t("chat.brokeOff") }));
    } catch (error) {
      if (mine.signal.aborted) change((turn) => ({ ...turn, stopped: true }));
      else change((turn) => ({ ...turn, error: error instanceof ApiError ? explain(error) : t("error.offline") }));
    }
    if (running.current === mine) running.current = null;
    setBusy(false);
    void client.invalidateQueries({ queryKey: ["chat"] });
    void client.invalidateQueries({ queryKey: ["tasks"] });
  }, [client, remember]);

  const mark = useCallback((next: (part: Part) => Part) => setTurns((all) => all.map((turn) => ({ ...turn, parts: turn.parts.map(next) }))), []);

  const settle = useCallback(async (action: PendingAction, decision: Decision | "undo") => {
    const set = (state: PendingAction["state"]) => mark((part) => (part.kind === "action" && part.action.id === action.id ? { ...part, action: { ...part.action, state } } : part));
    set("busy");
    try {
      await api.settle(action.id, decision);
      set(({ confirm: "confirmed", cancel: "cancelled", undo: "undone" } as const)[decision]);
      void client.invalidateQueries({ queryKey: ["tasks"] });
      void client.invalidateQueries({ queryKey: ["chat", "actions"] });
    } catch {
      set("failed");
    }
  }, [client, mark]);

  const undo = useCallback(async (done: Done) => {
    const set = (state: Done["state"]) => mark((part) => (part.kind === "tasks" && part.done?.id === done.id ? { ...part, done: { ...part.done, state } } : part));
    set("busy");
    try {
      await api.settle(done.id, "undo");
      set("undone");
      void client.invalidateQueries({ queryKey: ["tasks"] });
    } catch {
      set("failed");
    }
  }, [client, mark]);

  const start = useCallback(() => {
    running.current?.abort();
    remember(null);
    setTurns([]);
  }, [remember]);

  const stop = useCallback(() => {
    // The server is told too: closing the connection alone is noticed only when it next writes.
    if (conversation.current) void api.stop(conversation.current).catch(() => undefined);
    running.current?.abort();
  }, []);

  return { turns, busy, current, send, settle, undo, start, load, stop };
}
