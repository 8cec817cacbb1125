/** Which dialog is open. Commands open dialogs by name; app/dialogs.tsx knows the components. */
import { createStore } from "@/shared/lib/store";
import type { Task } from "@/shared/api/types";

export interface Dialogs {
  "quick-add": { tags?: string[]; due_on?: string; parent_id?: string; text?: string };
  palette: object;
  shortcuts: object;
  due: { tasks: Task[] };
  tags: { tasks: Task[] };
  priority: { tasks: Task[] };
  notifications: object;
  confirm: { title: string; text: string; action: string; run: () => void | Promise<unknown> };
  tag: { tagId: string };
}
export type OpenDialog = { [N in keyof Dialogs]: { name: N; props: Dialogs[N] } }[keyof Dialogs];

export const dialogStore = createStore<OpenDialog | null>(null);
export const openDialog = <N extends keyof Dialogs>(name: N, props: Dialogs[N]) => dialogStore.set({ name, props } as OpenDialog);
/** Closes this dialog, and no other that has taken its place meanwhile. */
export const closeDialog = (shown: OpenDialog) => dialogStore.set((open) => (open === shown ? null : open));
