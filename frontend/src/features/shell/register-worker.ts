/** Installs the service worker, offers the new version when there is one, and keeps push registered. */
import { keepRegistered } from "@/lib/notifications";
import { t } from "@/shared/i18n";
import { showTask } from "@/shared/lib/location";
import { notify } from "@/shared/ui/toast";

export async function registerWorker(): Promise<void> {
  if (!("serviceWorker" in navigator) || process.env.NODE_ENV === "development") return;
  const registration = await navigator.serviceWorker.register("/sw.js").catch(() => null);
  if (!registration) return;
  registration.addEventListener("updatefound", () => {
    const worker = registration.installing;
    worker?.addEventListener("statechange", () => {
      if (worker.state === "installed" && navigator.serviceWorker.controller) {
        notify.action(t("update.ready"), t("update.reload"), () => {
          worker.postMessage({ kind: "activate" });
          navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
        });
      }
    });
  });
  navigator.serviceWorker.addEventListener("message", ({ data }: MessageEvent<{ kind: string; taskId?: string }>) => {
    if (data.kind === "open-task" && data.taskId) showTask(data.taskId);
    if (data.kind === "resubscribe") void keepRegistered();
  });
  await keepRegistered();
}
