/** What can have the focus inside a dialog or popover, and Tab that stays inside. */
import type { KeyboardEvent } from "react";

const TABBABLE = ":is(a[href], button, input, select, textarea, [tabindex='0']):not(:disabled)";

export const tabbable = (content: HTMLElement) => [...content.querySelectorAll<HTMLElement>(TABBABLE)].filter((each) => each.tabIndex >= 0 && each.getClientRects().length > 0);

export function keepTabInside(event: KeyboardEvent<HTMLElement>): void {
  if (event.key !== "Tab" || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
  const all = tabbable(event.currentTarget);
  const [from, to] = event.shiftKey ? [all[0], all.at(-1)] : [all.at(-1), all[0]];
  if (all.length && document.activeElement !== from && document.activeElement !== event.currentTarget) return;
  event.preventDefault();
  to?.focus();
}
