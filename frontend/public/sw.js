/**
 * Service worker: the app without a connection, and push.
 *
 * The build replaces the two constants below (scripts/precache.mjs). API calls never pass through the
 * cache: the app keeps its own data in IndexedDB.
 */
const VERSION = "dev";
const FILES = [];
const CACHE = `obsidianlist-${VERSION}`;
const PAGE_PATIENCE_MS = 2500;
const ACTION_PATIENCE_MS = 20000;

self.addEventListener("install", (event) => {
  event.waitUntil(precache());
});

async function precache() {
  const cache = await caches.open(CACHE);
  const names = (await caches.keys()).filter((name) => name.startsWith("obsidianlist-") && name !== CACHE);
  const older = await Promise.all(names.map((name) => caches.open(name)));
  // A file whose name holds its hash is taken from the cache before instead of being loaded again.
  await Promise.all(
    FILES.map(async (url) => {
      if (url.startsWith("/_next/static/")) {
        for (const before of older) {
          const kept = await before.match(url);
          if (kept) return cache.put(url, kept);
        }
      }
      const response = await fetch(url, { cache: "reload" });
      if (!response.ok) throw new Error(`${url}: ${response.status}`);
      await cache.put(url, response);
    }),
  );
}

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name.startsWith("obsidianlist-") && name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("message", (event) => {
  if (event.data?.kind === "activate") self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin || isServer(url.pathname)) return;
  if (event.request.mode === "navigate") event.respondWith(page(event, url));
  else event.respondWith(cached(event.request, url));
});

const isServer = (path) => /^\/(api|oauth|mcp|\.well-known|healthz)(\/|$)/.test(path);

/** A page: the newest if the server answers soon, else the one kept at installation. */
async function page(event, url) {
  const path = url.pathname.endsWith("/") ? url.pathname : `${url.pathname}/`;
  const kept = (await caches.match(path, { ignoreSearch: true })) ?? (await caches.match("/today/", { ignoreSearch: true }));
  if (!kept) return fetch(event.request);
  const patience = new Promise((resolve) => setTimeout(resolve, PAGE_PATIENCE_MS, kept.clone()));
  const fresh = fetch(event.request).then((response) => (response.status >= 500 ? kept.clone() : response));
  return Promise.race([fresh, patience]).catch(() => kept);
}

/** Scripts, styles and route data: from the cache, which holds exactly this build. */
async function cached(request, url) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(url.pathname);
  return kept ?? fetch(request);
}

// Push ---------------------------------------------------------------------------------------------

self.addEventListener("push", (event) => {
  event.waitUntil(show(event));
});

async function show(event) {
  let message = {};
  try {
    message = event.data?.json() ?? {};
  } catch {
    message = { body: event.data?.text() };
  }
  const data = { ...message.data, task_id: message.task_id ?? message.data?.task_id, actions: message.actions ?? message.data?.actions ?? [] };
  await self.registration.showNotification(message.title || "ObsidianList", {
    body: message.body ?? "",
    tag: message.tag ?? data.task_id ?? undefined,
    renotify: Boolean(message.tag ?? data.task_id),
    icon: "/icon-192.png",
    badge: "/icon-192.png",
    timestamp: message.timestamp ? Date.parse(message.timestamp) : Date.now(),
    data,
    actions: data.actions.slice(0, 3).map(({ action, title }) => ({ action, title })),
  });
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { data = {} } = event.notification;
  const chosen = (data.actions ?? []).find(({ action }) => action === event.action);
  event.waitUntil(chosen?.token ? act(chosen, event.notification) : open(data));
});

/** Done or snooze: the button carries a one-time token, so no session is needed. */
async function act({ token }, notification) {
  try {
    const response = await fetch("/api/reminders/actions", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ token }),
      signal: AbortSignal.timeout(ACTION_PATIENCE_MS),
    });
    if (!response.ok && response.status !== 409) throw new Error(String(response.status));
  } catch {
    // It did not happen: the notification comes back instead of being lost.
    await self.registration.showNotification(notification.title, { body: notification.body, tag: notification.tag, icon: notification.icon, badge: notification.badge, data: notification.data });
  }
}

async function open(data) {
  const path = data.task_id ? `/today/?task=${encodeURIComponent(data.task_id)}` : "/notifications/";
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const existing = windows.find((client) => !/\/sign-(in|up)\//.test(client.url)) ?? windows[0];
  if (!existing) return self.clients.openWindow(path);
  // Refused when the click is long ago; the task opens all the same.
  await existing.focus().catch(() => undefined);
  if (data.task_id) existing.postMessage({ kind: "open-task", taskId: data.task_id });
  else await existing.navigate(path);
}

/** The push service replaced the subscription: subscribe anew; an open page tells the server, else the next start does. */
self.addEventListener("pushsubscriptionchange", (event) => {
  event.waitUntil(
    (async () => {
      const options = event.oldSubscription?.options;
      // Where it refuses, the page asks again, or shows that push is off.
      if (!event.newSubscription && options) await self.registration.pushManager.subscribe(options).catch(() => undefined);
      for (const client of await self.clients.matchAll({ type: "window" })) client.postMessage({ kind: "resubscribe" });
    })(),
  );
});
