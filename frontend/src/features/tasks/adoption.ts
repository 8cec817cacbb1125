/**
 * New tasks that a closed or reloaded page left in its outbox.
 *
 * One may have reached the server without its answer reaching the page. A list asked for before the outbox has sent it again (with the
 * same idempotency key, which tells its id) would hold it under a name nobody here knows, beside the one still waiting: twice. So the
 * first list waits for them, as long as somebody would.
 */
import { isCreating, outbox } from "./outbox";

const PATIENCE_MS = 4_000;

let open: (() => void) | undefined;
let adopted: Promise<void>;
/** Lists wait from now on, until `adoptionDone`: from the load of the page, and again for the next account. */
export function beginAdoption(): void {
  adopted = new Promise((resolve) => (open = resolve));
}
beginAdoption();

/** The outbox holds what was left; lists wait only for the new tasks in it. */
export function adoptionDone(ids: readonly string[]): void {
  const left = new Set(ids);
  const waiting = () => outbox.get().changes.some((change) => left.has(change.id) && isCreating(change));
  if (!waiting()) return open?.();
  const stop = outbox.subscribe(() => {
    if (waiting() && !outbox.get().offline) return;
    stop();
    open?.();
  });
}

export const whenAdopted = () => Promise.race([adopted, new Promise<void>((resolve) => setTimeout(resolve, PATIENCE_MS))]);
