/**
 * Browser push for this device: permission, subscription, and telling the server about it.
 *
 * Push services replace subscriptions without asking, so the current one is sent to the server again
 * at every start when it has changed since (keepRegistered), besides `pushsubscriptionchange` in sw.js.
 */
import { push as api } from "@/shared/api/endpoints";
import { programOf } from "@/shared/lib/user-agent";

const ENDPOINT_KEY = "obsidianlist.push.endpoint";
const DEVICE_KEY = "obsidianlist.push.device";
/** Even an unchanged subscription is sent again after this time: the server may have dropped it. */
const REFRESH_MS = 7 * 86_400_000;

export type PushState = "unsupported" | "denied" | "off" | "on";

const supported = () => "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
const subscription = async () => (await navigator.serviceWorker.getRegistration())?.pushManager.getSubscription() ?? null;

export async function pushState(): Promise<PushState> {
  if (!supported()) return "unsupported";
  if (Notification.permission === "denied") return "denied";
  return Notification.permission === "granted" && (await subscription()) ? "on" : "off";
}

/** The id the server gave this device, if it is registered. */
export const thisDevice = () => localStorage.getItem(DEVICE_KEY);

export function decodeKey(base64url: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64url.replace(/-/g, "+").replace(/_/g, "/").padEnd(Math.ceil(base64url.length / 4) * 4, "="));
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/** Ask for permission (must follow a click) and subscribe. */
export async function enablePush(): Promise<PushState> {
  if (!supported()) return "unsupported";
  if ((await Notification.requestPermission()) !== "granted") return pushState();
  const registration = await navigator.serviceWorker.ready;
  const { public_key } = await api.publicKey();
  const options = { userVisibleOnly: true, applicationServerKey: decodeKey(public_key) };
  let current = await registration.pushManager.getSubscription();
  if (current && !sameKey(current, options.applicationServerKey)) {
    await current.unsubscribe();
    current = null;
  }
  await send(current ?? (await registration.pushManager.subscribe(options)));
  return "on";
}

function sameKey(current: PushSubscription, key: Uint8Array): boolean {
  const used = current.options.applicationServerKey;
  return !used || new Uint8Array(used).every((byte, at) => byte === key[at]);
}

async function send(current: PushSubscription): Promise<void> {
  const { endpoint, keys } = current.toJSON() as { endpoint: string; keys: { p256dh: string; auth: string } };
  const device = await api.register({ endpoint, keys: { p256dh: keys.p256dh, auth: keys.auth }, user_agent: deviceName() });
  const before = thisDevice();
  localStorage.setItem(DEVICE_KEY, device.id);
  localStorage.setItem(ENDPOINT_KEY, JSON.stringify({ endpoint, at: Date.now() }));
  // A replaced subscription is dead: its entry goes, or the list of devices would gather them.
  if (before && before !== device.id) await api.remove(before).catch(() => undefined);
}

/** At start: the server learns of a subscription that is new to it. */
export async function keepRegistered(): Promise<void> {
  if ((await pushState()) !== "on") return;
  const current = await subscription();
  const known = JSON.parse(localStorage.getItem(ENDPOINT_KEY) ?? "null") as { endpoint: string; at: number } | null;
  if (current && (known?.endpoint !== current.endpoint || Date.now() - known.at > REFRESH_MS)) await send(current).catch(() => undefined);
}

/** Stop push on this device, here and on the server. */
export async function removeThisDevice(): Promise<void> {
  const device = thisDevice();
  localStorage.removeItem(DEVICE_KEY);
  localStorage.removeItem(ENDPOINT_KEY);
  if (supported()) await (await subscription())?.unsubscribe();
  if (device) await api.remove(device).catch(() => undefined);
}

/** "Firefox on Linux": enough to tell one's devices apart. */
export function deviceName(agent = navigator.userAgent): string {
  const { browser, system } = programOf(agent);
  return [browser || "Browser", system].filter(Boolean).join(" on ");
}
