import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { adoptionDone, beginAdoption, whenAdopted } from "@/features/tasks/adoption";
import { ApiError, OfflineError } from "@/shared/api/errors";
import type { Task } from "@/shared/api/types";
import { adopt, connectOutbox, disconnectOutbox, outbox, resolveConflict, retryNow, sendable, submit, type Change, type Transport } from "@/features/tasks/outbox";

const task = (id: string, version = 1) => ({ id, title: id, version }) as Task;
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));
let sent: Change[];
let answer: (change: Change) => Promise<Task | null>;
const rejected = vi.fn();

beforeEach(() => {
  sent = [];
  rejected.mockClear();
  const transport: Transport = { send: (change) => (sent.push(change), answer(change)), succeeded: () => undefined, rejected, save: () => undefined };
  connectOutbox(transport);
});
afterEach(disconnectOutbox);

test("changes of one task go one after another, and keep their order", async () => {
  let release = () => {};
  answer = (change) => new Promise((resolve) => (release = () => resolve(task(change.taskId))));
  submit([{ taskId: "a", action: "update", patch: { title: "1" } }, { taskId: "a", action: "complete", patch: {} }]);
  expect(sent.map((change) => change.action)).toEqual(["update"]);
  release();
  await settle();
  expect(sent.map((change) => change.action)).toEqual(["update", "complete"]);
});

test("what waits for a new task gets the id the server gave it", async () => {
  answer = async (change) => task(change.action === "create" ? "real" : change.taskId);
  submit([{ taskId: "new-1", action: "create", patch: {} }, { taskId: "new-1", action: "complete", patch: {} }, { taskId: "new-2", action: "create", input: { parent_id: "new-1" }, patch: {} }]);
  for (let turn = 0; turn < 4; turn++) await settle();
  expect(sent.find((change) => change.action === "complete")!.taskId).toBe("real");
  expect(sent.find((change) => change.input)!.input!.parent_id).toBe("real");
});

test("without a connection a change stays and goes with the same idempotency key later", async () => {
  answer = async () => { throw new OfflineError(); };
  submit([{ taskId: "a", action: "complete", patch: {} }]);
  await settle();
  expect(outbox.get()).toMatchObject({ offline: true, changes: [{ state: "waiting" }] });
  answer = async (change) => task(change.taskId);
  retryNow();
  await settle();
  expect(outbox.get().changes).toEqual([]);
  expect(sent[0]!.id).toBe(sent[1]!.id);
});

test("a conflict waits for a decision; keeping mine sends it over the new version", async () => {
  answer = async () => { throw new ApiError({ type: "about:blank", title: "Conflict", status: 412, current: task("a", 7) }); };
  submit([{ taskId: "a", action: "update", patch: { title: "mine" }, version: 3 }]);
  await settle();
  const [waiting] = outbox.get().changes;
  expect(waiting!.state).toBe("conflict");
  answer = async (change) => task(change.taskId, 8);
  resolveConflict(waiting!.id, "mine");
  await settle();
  expect(sent.at(-1)!.version).toBe(7);
});

test("a refused change leaves and is reported", async () => {
  answer = async () => { throw new ApiError({ type: "about:blank", title: "No", status: 422 }); };
  submit([{ taskId: "a", action: "update", patch: {} }]);
  await settle();
  expect(rejected).toHaveBeenCalledOnce();
  expect(outbox.get().changes).toEqual([]);
});

test("a task in conflict holds back only its own later changes", () => {
  const change = (id: string, taskId: string, state: Change["state"]): Change => ({ id, taskId, state, action: "update", patch: {} });
  expect(sendable([change("1", "a", "conflict"), change("2", "a", "waiting"), change("3", "b", "waiting")]).map(({ id }) => id)).toEqual(["3"]);
});

test("new tasks are made one after another, so that they keep their order; other changes go beside them", async () => {
  let release = () => {};
  answer = (change) => new Promise((resolve) => (release = () => resolve(task(change.taskId))));
  submit([{ taskId: "temp-1", action: "create", patch: {} }, { taskId: "temp-2", action: "create", patch: {} }, { taskId: "c", action: "complete", patch: {} }]);
  expect(sent.map((change) => change.taskId)).toEqual(["temp-1", "c"]);
  release();
  await settle();
});

test("an edit begun before our own earlier one was saved does not conflict with it, but does with somebody else's", async () => {
  let version = 1;
  answer = async (change) => task(change.taskId, ++version);
  submit([{ taskId: "own", action: "update", patch: { title: "Final" }, version: 1 }]);
  await settle();
  submit([{ taskId: "own", action: "update", patch: { notes: "bold" }, version: 1 }]);
  await settle();
  expect(sent.at(-1)!.version).toBe(2);
  version = 4; // somebody else made 4
  submit([{ taskId: "own", action: "complete", patch: {} }]); // without If-Match: from here, but over what we did not see
  await settle();
  submit([{ taskId: "own", action: "update", patch: { title: "Late" }, version: 1 }]);
  await settle();
  expect(sent.at(-1)!.version).toBe(3);
});

test("the first list waits until a new task that was left in the outbox is on the server", async () => {
  let release = () => {};
  answer = (change) => new Promise((resolve) => (release = () => resolve(task(change.action === "create" ? "real" : change.taskId))));
  beginAdoption();
  let asked = false;
  void whenAdopted().then(() => (asked = true));
  adopt([{ id: "left", taskId: "new-1", action: "create", patch: {}, state: "sending" }]);
  adoptionDone(["left"]);
  await settle();
  expect([asked, sent.length]).toEqual([false, 1]);
  release();
  await settle();
  await settle();
  expect(asked).toBe(true);
});

test("nothing waits for other changes that were left, nor for new tasks without a connection", async () => {
  answer = async () => { throw new OfflineError(); };
  for (const action of ["complete", "create"] as const) {
    beginAdoption();
    const asked = whenAdopted();
    adopt([{ id: action, taskId: `new-${action}`, action, patch: {}, state: "waiting" }]);
    adoptionDone([action]);
    await settle();
    await asked;
  }
});
