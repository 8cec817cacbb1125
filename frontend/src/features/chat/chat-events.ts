/** What a turn of the conversation holds, made from the events of its stream or from the stored message. */
import type { Schemas } from "@/shared/api/types";
import type { Priority } from "@/shared/api/types";

export interface FoundTask { id: string; title: string; status: "open" | "completed" | "deleted"; priority: Priority; due: string; version: number }
export interface PendingAction { id: string; summary: string; titles: string[]; state: "open" | "busy" | "confirmed" | "cancelled" | "failed" | "undone" }
export interface Choice { number: number; label: string }
export interface Done { id: string; state: "done" | "busy" | "undone" | "failed" }
/** Texts and lists in the order they came. */
export type Part = { kind: "text"; text: string } | { kind: "tasks"; tasks: FoundTask[]; done?: Done } | { kind: "action"; action: PendingAction } | { kind: "choices"; choices: Choice[] };
export interface Turn { id: number; role: "user" | "assistant"; parts: Part[]; error?: string; stopped?: boolean }

type Data = Record<string, unknown>;
const text = (data: Data, key: string) => (typeof data[key] === "string" ? data[key] : "");
const list = (value: unknown): Data[] => (Array.isArray(value) ? value.filter((each): each is Data => typeof each === "object" && each !== null) : []);

function foundTask(task: Data): FoundTask {
  const written = (task.untrusted ?? task) as Data;
  return { id: text(task, "id"), title: text(written, "title"), status: (text(task, "status") || "open") as FoundTask["status"], priority: (text(task, "priority") || "none") as Priority, due: text(task, "due"), version: Number(task.version ?? 0) };
}

/** The turn after an event; events nobody shows (tool calls, done) leave it as it is. */
export function withEvent(turn: Turn, name: string, data: Data): Turn {
  const add = (part: Part): Turn => ({ ...turn, parts: [...turn.parts, part] });
  const last = turn.parts.at(-1);
  if (name === "text") {
    const delta = text(data, "delta");
    return last?.kind === "text" ? { ...turn, parts: [...turn.parts.slice(0, -1), { kind: "text", text: last.text + delta }] } : add({ kind: "text", text: delta });
  }
  if (name === "tool_result") {
    const tasks = list((data.result as Data | undefined)?.tasks).map(foundTask).filter((task) => task.id && task.title);
    const done = data.undoable && text(data, "action_id") ? { id: text(data, "action_id"), state: "done" as const } : undefined;
    return tasks.length ? add({ kind: "tasks", tasks, done }) : turn;
  }
  if (name === "pending_action") return add({ kind: "action", action: { id: text(data, "id"), summary: text(data, "summary"), titles: list(data.tasks).map((task) => text(task, "title")), state: "open" } });
  if (name === "choices") return add({ kind: "choices", choices: list(data.items).map((item) => ({ number: Number(item.number), label: text(item, "label") })) });
  if (name === "error") return data.code === "stopped" ? { ...turn, stopped: true } : { ...turn, error: text(data, "detail") };
  return turn;
}

let counter = 0;
export const newTurn = (role: Turn["role"], said = ""): Turn => ({ id: ++counter, role, parts: said ? [{ kind: "text", text: said }] : [] });

/** Stored messages keep their text in one piece and their events beside it; actions still waiting can be confirmed again. */
export function storedTurns(messages: Schemas["ConversationMessage"][], waiting: Set<string>): Turn[] {
  return messages.map((message) => {
    const content = message.content as Data;
    let turn = newTurn(message.role === "user" ? "user" : "assistant", text(content, "text"));
    for (const event of list(content.events)) {
      const data = (event.data ?? {}) as Data;
      turn = withEvent(turn, text(event, "event"), data);
      const made = turn.parts.at(-1);
      if (made?.kind === "action" && made.action.state === "open" && !waiting.has(made.action.id)) turn = { ...turn, parts: [...turn.parts.slice(0, -1), { kind: "action", action: { ...made.action, state: "failed" } }] };
    }
    return turn;
  });
}
