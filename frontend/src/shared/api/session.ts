/**
 * Who is signed in, and the access token.
 *
 * The access token lives in memory only; the refresh token is an HttpOnly cookie that scripts never
 * see. Refresh tokens rotate, so only one tab may refresh at a time: tabs queue on a Web Lock and
 * hand the new access token to each other over a BroadcastChannel. What is kept in localStorage is
 * the user's profile, so that a page without a connection still knows whose cache it may show.
 */
import { createStore } from "@/shared/lib/store";
import { ApiError, OfflineError, problemOf } from "./errors";
import type { Session, User } from "./types";

export interface SessionState {
  status: "unknown" | "signed-in" | "signed-out";
  user: User | null;
}

const PROFILE_KEY = "obsidianlist.user";
const LOCK = "obsidianlist.refresh";
/** Refresh this long before the token ends, so that no request meets an expired one. */
const MARGIN_MS = 60_000;

export const session = createStore<SessionState>({ status: "unknown", user: null });

let token: { value: string; expiresAt: number } | null = null;
let inFlight: Promise<string | null> | null = null;

type TabMessage = { kind: "token"; value: string; expiresAt: number; user: User } | { kind: "signed-out" };
const tabs = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("obsidianlist.session");
tabs?.addEventListener("message", ({ data }: MessageEvent<TabMessage>) => {
  if (data.kind === "token") accept(data, data.user);
  else forget();
});

function accept(next: { value: string; expiresAt: number }, user: User) {
  token = { value: next.value, expiresAt: next.expiresAt };
  setUser(user);
}

export function setUser(user: User) {
  localStorage.setItem(PROFILE_KEY, JSON.stringify(user));
  session.set({ status: "signed-in", user });
}

function forget() {
  token = null;
  localStorage.removeItem(PROFILE_KEY);
  session.set({ status: "signed-out", user: null });
}

/** Take over the answer of register, login or refresh, and tell the other tabs. */
export function startSession(answer: Session): void {
  const next = { value: answer.access_token, expiresAt: Date.now() + answer.expires_in * 1000 };
  accept(next, answer.user);
  tabs?.postMessage({ kind: "token", ...next, user: answer.user } satisfies TabMessage);
}

export function endSession(): void {
  forget();
  tabs?.postMessage({ kind: "signed-out" } satisfies TabMessage);
}

/** The profile of the last visit: shown at once, while the refresh is on its way. */
export function restoreProfile(): User | null {
  try {
    const user = JSON.parse(localStorage.getItem(PROFILE_KEY) ?? "null") as User | null;
    if (user) session.set({ status: "signed-in", user });
    return user;
  } catch {
    return null;
  }
}

const usable = () => (token && token.expiresAt - MARGIN_MS > Date.now() ? token.value : null);

/**
 * A token that is good for the next minute, or null when nobody is signed in.
 *
 * Raises OfflineError when the server cannot be asked; the session then stays as it is.
 */
export function accessToken(): Promise<string | null> {
  const ready = usable();
  if (ready) return Promise.resolve(ready);
  inFlight ??= refreshAlone().finally(() => (inFlight = null));
  return inFlight;
}

/** The server said 401: this token is over, whatever its clock says. */
export function discardToken(used: string): void {
  if (token?.value === used) token = null;
}

async function refreshAlone(): Promise<string | null> {
  // Another tab may have refreshed while this one waited for the lock.
  const once = async () => usable() ?? (await refresh());
  return "locks" in navigator ? navigator.locks.request(LOCK, once) : once();
}

async function refresh(): Promise<string | null> {
  let response: Response;
  try {
    response = await fetch("/api/auth/refresh", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: "{}",
      credentials: "same-origin",
    });
  } catch (error) {
    throw new OfflineError(error);
  }
  if (response.status === 401 || response.status === 403 || response.status === 400) {
    endSession();
    return null;
  }
  if (!response.ok) {
    const error = new ApiError(await problemOf(response));
    throw error.transient ? new OfflineError(error) : error;
  }
  startSession((await response.json()) as Session);
  return usable();
}
