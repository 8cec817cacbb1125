import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { liveStatus, startLive } from "@/features/live/live";

let client: QueryClient;
let stop: () => void;
let write: (text: string) => void;
let asked: Record<string, string>[];

beforeEach(() => {
  asked = [];
  vi.stubGlobal("fetch", async (path: string, { headers }: RequestInit) => {
    if (path.startsWith("/api/auth/")) return new Response(JSON.stringify({ access_token: "t", expires_in: 600, user: { id: "u" } }), { headers: { "Content-Type": "application/json" } });
    asked.push(headers as Record<string, string>);
    return new Response(new ReadableStream<Uint8Array>({ start: (stream) => { write = (text) => stream.enqueue(new TextEncoder().encode(text)); } }));
  });
  client = new QueryClient();
  for (const key of [["tasks", "open"], ["tags"], ["recurring", "list"], ["notifications"]]) client.setQueryData(key, []);
});
afterEach(() => {
  stop();
  vi.unstubAllGlobals();
});

const stale = () => client.getQueryCache().getAll().filter((query) => query.state.isInvalidated).map((query) => query.queryKey[0]).sort();

test("a reset makes everything stale that is held here, other events only what they are about", async () => {
  stop = startLive(client);
  await vi.waitFor(() => expect(liveStatus.get()).toBe("open"));
  write("retry: 2000\nevent: ready\ndata: {}\n\nevent: ping\ndata: {}\n\n");
  write("id: 1\nevent: tag\ndata: {}\n\n");
  await vi.waitFor(() => expect(stale()).toEqual(["tags"]));
  write("event: reset\ndata: {}\n\n");
  await vi.waitFor(() => expect(stale()).toEqual(["notifications", "recurring", "tags", "tasks"]));
  expect(asked).toHaveLength(1);
});
