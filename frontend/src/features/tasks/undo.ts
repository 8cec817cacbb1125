/** The undo stack behind the toast's button and ⌘Z. */
import { t } from "@/shared/i18n";
import { notify } from "@/shared/ui/toast";

interface Step { label: string; undo: () => void; toast: string | number }
const MOST = 50;
const steps: Step[] = [];

/** Say what happened and offer to take it back. */
export function undoable(label: string, undo: () => void): void {
  const step: Step = { label, undo, toast: "" };
  step.toast = notify.undo(label, () => undoStep(step));
  steps.push(step);
  if (steps.length > MOST) steps.shift();
}

/** As undoable, without a toast: for changes that are plain to see (a moved row). */
export function quietlyUndoable(label: string, undo: () => void): void {
  steps.push({ label, undo, toast: "" });
  if (steps.length > MOST) steps.shift();
}

function undoStep(step: Step): void {
  const at = steps.indexOf(step);
  if (at < 0) return;
  steps.splice(at, 1);
  step.undo();
}

export function undoLast(): void {
  const step = steps.pop();
  if (!step) return notify.info(t("undo.nothing"));
  notify.dismiss(step.toast);
  step.undo();
  notify.info(t("undo.done", { what: step.label }));
}
export const clearUndo = () => void steps.splice(0);
