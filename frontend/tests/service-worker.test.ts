// @vitest-environment node
/** public/sw.js in a scope of its own: what Chromium without a push service cannot bring about. */
import { readFileSync } from "node:fs";
import { expect, test, vi } from "vitest";

type Handler = (event: { waitUntil: (work: Promise<unknown>) => void } & Record<string, unknown>) => void;

function start(windows: { url: string; postMessage: (message: unknown) => void }[], subscribe = vi.fn(async (_options: unknown) => ({ endpoint: "https://push.example/new" }))) {
  const handlers = new Map<string, Handler>();
  const self = {
    addEventListener: (name: string, handler: Handler) => handlers.set(name, handler),
    registration: { pushManager: { subscribe } },
    clients: { matchAll: async () => windows },
    location: { origin: "https://tasks.example" },
  };
  new Function("self", "caches", "fetch", readFileSync("public/sw.js", "utf8"))(self, {}, () => Promise.reject(new Error("no network")));
  const dispatch = async (name: string, event: Record<string, unknown>) => {
    let work: Promise<unknown> = Promise.resolve();
    handlers.get(name)!({ ...event, waitUntil: (promise) => (work = promise) });
    await work;
  };
  return { dispatch, subscribe };
}

const page = () => ({ url: "https://tasks.example/today/", postMessage: vi.fn() });
const options = { userVisibleOnly: true, applicationServerKey: new Uint8Array([4, 1, 2]) };

test("a subscription that the push service took away is made anew with the same key, and every open page tells the server", async () => {
  const pages = [page(), page()];
  const { dispatch, subscribe } = start(pages);
  await dispatch("pushsubscriptionchange", { oldSubscription: { options }, newSubscription: null });
  expect(subscribe.mock.calls).toEqual([[options]]);
  for (const { postMessage } of pages) expect(postMessage.mock.calls).toEqual([[{ kind: "resubscribe" }]]);
});

test("a subscription that the push service replaced itself is left as it is, and the pages tell the server", async () => {
  const open = page();
  const { dispatch, subscribe } = start([open]);
  await dispatch("pushsubscriptionchange", { oldSubscription: { options }, newSubscription: { endpoint: "https://push.example/other" } });
  expect(subscribe).not.toHaveBeenCalled();
  expect(open.postMessage).toHaveBeenCalledWith({ kind: "resubscribe" });
});

test("a push service that refuses does not keep the pages from looking after it themselves", async () => {
  const open = page();
  const { dispatch } = start([open], vi.fn(async () => { throw new Error("AbortError"); }));
  await dispatch("pushsubscriptionchange", { oldSubscription: { options }, newSubscription: null });
  expect(open.postMessage).toHaveBeenCalledWith({ kind: "resubscribe" });
});
