import { expect, test, type BrowserContext, type CDPSession, type Page, type Worker } from "@playwright/test";
import { apiOf, day } from "./api";
import { open, panelOf, settled, signUp, task } from "./person";
import { PUSH_ORIGIN, PushService, type PushMessage } from "./push-service";

const service = new PushService();
test.skip(!PUSH_ORIGIN, "PUSH_ALLOWED_TEST_ORIGIN is not set: the bundle under test sends to no push service on this machine (run.sh sets it)");
test.beforeAll(async () => {
  test.setTimeout(150_000);
  await service.start();
});
test.afterAll(() => service.stop());

/** Chromium without Google's push service cannot subscribe: the subscription is the local service's, everything behind it is real. */
async function useLocalService(page: Page, name: string): Promise<void> {
  await page.addInitScript((subscription) => {
    const KEY = "e2e.subscribed";
    const held = () => ({ options: {}, toJSON: () => ({ ...subscription, endpoint: localStorage.getItem(KEY) }), get endpoint() { return localStorage.getItem(KEY); }, unsubscribe: async () => (localStorage.removeItem(KEY), true) });
    PushManager.prototype.getSubscription = async () => (localStorage.getItem(KEY) ? held() : null) as unknown as PushSubscription;
    PushManager.prototype.subscribe = async () => { localStorage.setItem(KEY, subscription.endpoint); return held() as unknown as PushSubscription; };
  }, service.subscription(name));
}

/** Hands a message to the service worker, as Chromium does with one from its push service. */
async function deliverer(page: Page): Promise<(payload: string) => Promise<void>> {
  const session: CDPSession = await page.context().newCDPSession(page);
  const registered = new Promise<string>((resolve) => session.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => { if (registrations[0]) resolve(registrations[0].registrationId); }));
  await session.send("ServiceWorker.enable");
  const registrationId = await registered;
  return (data) => session.send("ServiceWorker.deliverPushMessage", { origin: new URL(page.url()).origin, registrationId, data }).then(() => undefined);
}

async function workerOf(context: BrowserContext): Promise<Worker> {
  return context.serviceWorkers()[0] ?? context.waitForEvent("serviceworker");
}

type Shown = { title: string; body: string; actions: string[] };
const shown = (worker: Worker): Promise<Shown[]> => worker.evaluate(async () => {
  const all = await (self as unknown as { registration: ServiceWorkerRegistration }).registration.getNotifications();
  return all.map((each) => ({ title: each.title, body: each.body, actions: (each as unknown as { actions: { action: string }[] }).actions.map(({ action }) => action) }));
});

/** A click on the notification or one of its buttons; resolves when the worker has dealt with it, to what the server answered. */
const click = (worker: Worker, title: string, action = ""): Promise<number[]> => worker.evaluate(async ([wanted, button]) => {
  const scope = self as unknown as { registration: ServiceWorkerRegistration; NotificationEvent: new (type: string, init: object) => Event; dispatchEvent(event: Event): boolean };
  const notification = (await scope.registration.getNotifications()).find((each) => each.title.includes(wanted!));
  if (!notification) throw new Error(`no notification ${wanted}`);
  const event = new scope.NotificationEvent("notificationclick", { notification, action: button });
  // Events made by a script may not be extended: what the handler waits for is taken from here instead.
  let work: Promise<unknown> = Promise.resolve();
  Object.defineProperty(event, "waitUntil", { value: (promise: Promise<unknown>) => { work = promise; } });
  const answers: number[] = [];
  const real = self.fetch;
  self.fetch = async (...request) => { const answer = await real(...request); answers.push(answer.status); return answer; };
  scope.dispatchEvent(event);
  await work;
  self.fetch = real;
  return answers;
}, [title, action]);

const arrived = async (words: string): Promise<{ payload: string; message: PushMessage }> => {
  await expect.poll(() => service.messages.some(({ payload }) => payload.includes(words)), { timeout: 75_000, intervals: [500] }).toBe(true);
  return service.messages.find(({ payload }) => payload.includes(words))!;
};

test("reminders come as push with buttons that complete and snooze; a click opens the task", async ({ page, context }) => {
  test.setTimeout(180_000);
  await context.grantPermissions(["notifications"]);
  await useLocalService(page, "laptop");
  await signUp(page);
  await page.goto("/settings/?section=notifications");
  await page.evaluate(async () => { await navigator.serviceWorker.ready; });
  await page.getByRole("button", { name: /turn on|enable/i }).first().click();
  await expect(page.getByText(/Chrome on Linux/).first()).toBeVisible();

  const api = await apiOf(page);
  const at = new Date(Date.now() + 4_000).toISOString();
  for (const title of ["Take the bins out", "Call the bank", "Read the contract"]) await api.task(title, { due_on: day(0), reminders: [{ at }] });
  await open(page, "/today/");
  const worker = await workerOf(context);
  const deliver = await deliverer(page);
  for (const title of ["Take the bins out", "Call the bank", "Read the contract"]) await deliver((await arrived(title)).payload);
  await expect.poll(async () => (await shown(worker)).length).toBe(3);
  for (const each of await shown(worker)) expect(each.actions.length).toBeGreaterThanOrEqual(2);

  const { message } = await arrived("Take the bins out");
  const named = (words: RegExp) => message.actions!.find(({ action, title }) => words.test(`${action} ${title}`))!.action;
  expect(await click(worker, "Take the bins out", named(/done|complete/i))).toEqual([expect.any(Number)]);
  await expect(task(page, "Take the bins out")).toBeHidden({ timeout: 15_000 });
  const [snoozed] = await click(worker, "Call the bank", named(/snooze|later/i));
  expect(snoozed).toBeLessThan(300);
  await click(worker, "Read the contract");
  await expect(panelOf(page).getByLabel("Title")).toHaveValue("Read the contract");
  expect(await shown(worker)).toEqual([]);

  await settled(page);
  await open(page, "/completed/");
  await expect(page.getByText("Take the bins out").first()).toBeVisible();
  await open(page, "/notifications/");
  await expect(page.getByText("Call the bank").first()).toBeVisible();
});

test("a push without a readable text still shows something", async ({ page, context }) => {
  await context.grantPermissions(["notifications"]);
  await signUp(page);
  await page.evaluate(async () => { await navigator.serviceWorker.ready; });
  const deliver = await deliverer(page);
  await deliver("not JSON");
  await expect.poll(async () => shown(await workerOf(context))).toMatchObject([{ title: "ObsidianList", body: "not JSON" }]);
});

test("a device whose subscription was replaced tells the server at the next start", async ({ page, context }) => {
  await context.grantPermissions(["notifications"]);
  await useLocalService(page, "phone");
  await signUp(page);
  await page.goto("/settings/?section=notifications");
  await page.evaluate(async () => { await navigator.serviceWorker.ready; });
  await page.getByRole("button", { name: /turn on|enable/i }).first().click();
  await expect(page.getByText(/Chrome on Linux/).first()).toBeVisible();
  await page.evaluate((endpoint) => localStorage.setItem("e2e.subscribed", endpoint), service.subscription("phone-anew").endpoint);
  const told = page.waitForRequest((request) => request.method() === "POST" && request.url().endsWith("/api/push-subscriptions"));
  await page.reload();
  expect((await told).postDataJSON()).toMatchObject({ endpoint: service.subscription("phone-anew").endpoint });
  await expect.poll(async () => ((await (await apiOf(page)).call("GET", "/api/push-subscriptions")).items as unknown[]).length).toBe(1);
  await page.reload();
  await page.getByRole("button", { name: "Send test" }).click();
  await expect.poll(() => service.messages.map(({ path }) => path), { timeout: 20_000 }).toContain(service.path("phone-anew"));
});
