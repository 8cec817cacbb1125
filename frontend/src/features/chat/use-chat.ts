/** One conversation: sends a message and reads the answer's events as they come. */
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { ApiError } from "@/shared/api/errors";
import { chat as api } from "@/shared/api/endpoints";
import { fetchResponse } from "@/shared/api/http";
import type { Task } from "@/shared/api/types";
import { t } from "@/shared/i18n";
import { readEvents } from "@/features/live/sse";

export interface PendingAction { id: string; summary: string; titles: string[]; state: "open" | "confirmed" | "cancelled" | "failed" }
export interface Turn { id: number; role: "user" | "assistant"; text: string; tools: string[]; tasks: Task[]; actions: PendingAction[]; error?: string }

const SAVED = "obsidianlist.chat";
let counter = 0;
const turn = (role: Turn["role"], text = ""): Turn => ({ id: ++counter, role, text, tools: [], tasks: [], actions: [] });

export function useChat() {
  const client = useQueryClient();
  const [turns, setTurns] = useState<Turn[]>([]);
  const [busy, setBusy] = useState(false);
  const conversation = useRef<string | null>(null);
  const running = useRef<AbortController | null>(null);

  useEffect(() => {
    const id = sessionStorage.getItem(SAVED);
    if (id) void load(id);
    return () => running.current?.abort();
    // Only at the start.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  const load = useCallback(async (id: string) => {
    try {
      const { messages } = await api.get(id);
      conversation.current = id;
      sessionStorage.setItem(SAVED, id);
      setTurns(messages.filter((message) => message.role !== "tool" && message.content.text).map((message) => turn(message.role as Turn["role"], String(message.content.text))));
    } catch {
      sessionStorage.removeItem(SAVED);
    }
  }, []);

  const last = (change: (turn: Turn) => Turn) => setTurns((all) => [...all.slice(0, -1), change(all.at(-1)!)]);

  const handle = useCallback((name: string, data: Record<string, unknown>) => {
    const text = (key: string) => (typeof data[key] === "string" ? (data[key] as string) : "");
    if (name === "conversation" && text("id")) sessionStorage.setItem(SAVED, (conversation.current = text("id")));
    if (name === "text") last((now) => ({ ...now, text: now.text + text("delta") }));
    if (name === "tool_call") last((now) => ({ ...now, tools: [...now.tools, text("name")] }));
    if (name === "tool_result") {
      const result = (data.result ?? data) as { tasks?: Task[]; items?: Task[]; untrusted?: { tasks?: Task[] } };
      const found = result.tasks ?? result.items ?? result.untrusted?.tasks ?? [];
      if (Array.isArray(found)) last((now) => ({ ...now, tasks: [...now.tasks.filter((old) => !found.some((task) => task.id === old.id)), ...found.filter((task) => task?.id && task.title)] }));
    }
    if (name === "pending_action") {
      const titles = (Array.isArray(data.titles) ? data.titles : Array.isArray(data.tasks) ? data.tasks : []).map((item: unknown) => (typeof item === "string" ? item : String((item as { title?: unknown }).title ?? "")));
      last((now) => ({ ...now, actions: [...now.actions, { id: text("id") || text("action_id"), summary: text("summary") || text("description"), titles, state: "open" }] }));
    }
    if (name === "choices" && text("question")) last((now) => ({ ...now, text: now.text || text("question") }));
    if (name === "error") last((now) => ({ ...now, error: text("detail") || text("message") || t("chat.failed") }));
  }, []);

  const send = useCallback(async (message: string) => {
    if (!message.trim() || running.current) return;
    const mine = (running.current = new AbortController());
    setTurns((all) => [...all, turn("user", message), turn("assistant")]);
    setBusy(true);
    try {
      const response = await fetchResponse("/api/chat", { method: "POST", body: { message, ...(conversation.current && { conversation_id: conversation.current }) }, headers: { Accept: "text/event-stream" }, signal: mine.signal });
      for await (const { event, data } of readEvents(response.body!)) handle(event, JSON.parse(data) as Record<string, unknown>);
    } catch (error) {
      if (!mine.signal.aborted) last((now) => ({ ...now, error: error instanceof ApiError ? error.message : t("error.offline") }));
    }
    running.current = null;
    setBusy(false);
    void client.invalidateQueries({ queryKey: ["chat"] });
  }, [client, handle]);

  const settle = useCallback(async (action: PendingAction, decision: "confirm" | "cancel") => {
    const mark = (state: PendingAction["state"]) => setTurns((all) => all.map((each) => ({ ...each, actions: each.actions.map((other) => (other.id === action.id ? { ...other, state } : other)) })));
    try {
      await api.settle(action.id, decision);
      mark(decision === "confirm" ? "confirmed" : "cancelled");
      void client.invalidateQueries({ queryKey: ["tasks"] });
    } catch {
      mark("failed");
    }
  }, [client]);

  const start = useCallback(() => {
    running.current?.abort();
    conversation.current = null;
    sessionStorage.removeItem(SAVED);
    setTurns([]);
  }, []);

  return { turns, busy, send, settle, start, load, stop: () => running.current?.abort() };
}
