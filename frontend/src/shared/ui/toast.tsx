/** Short messages at the edge of the screen; the code behind them loads after the first paint. */
import { t } from "@/shared/i18n";

type Sonner = typeof import("sonner");
let sonner: Promise<Sonner> | undefined;
export const loadToasts = () => (sonner ??= import("sonner"));

let counter = 0;
const nextId = () => `toast-${++counter}`;
const later = (show: (toast: Sonner["toast"]) => void) => void loadToasts().then((module) => show(module.toast));

// The same sentence again takes the place of the first instead of standing beside it.
export const notify = {
  info: (message: string, description?: string) => later((toast) => toast(message, { description })),
  success: (message: string, description?: string) => later((toast) => toast.success(message, { id: message, description })),
  error: (message: string, description?: string) => later((toast) => toast.error(message, { id: message, description, duration: 8000 })),
  action: (message: string, label: string, onClick: () => void) => later((toast) => toast(message, { action: { label, onClick }, duration: 10_000 })),
  undo(message: string, undo: () => void): string {
    const id = nextId();
    later((toast) => toast(message, { id, duration: 7000, action: { label: t("undo.action"), onClick: undo } }));
    return id;
  },
  dismiss: (id: string | number) => id && later((toast) => toast.dismiss(id)),
};
