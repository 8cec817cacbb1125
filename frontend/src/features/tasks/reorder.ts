/**
 * Dragging a row. Works on the DOM directly: React renders nothing until the row is dropped, so a
 * frame costs one transform. The keyboard's way is Alt+↑/↓ (commands.ts).
 */
import type { PointerEvent } from "react";

const EDGE = 56;

/** `drop` gets the position in front of which the row was dropped, counted among task rows. */
export function startReorder(start: PointerEvent, id: string, list: HTMLElement, drop: (index: number) => void): void {
  const row = list.querySelector<HTMLElement>(`[data-task-row="${CSS.escape(id)}"]`);
  const scroller = list.closest<HTMLElement>("[data-scroll]");
  if (!row || !scroller || start.button !== 0) return;
  start.preventDefault();
  const handle = start.currentTarget as HTMLElement;
  handle.setPointerCapture(start.pointerId);

  const box = row.getBoundingClientRect();
  const ghost = row.cloneNode(true) as HTMLElement;
  Object.assign(ghost.style, { position: "fixed", left: `${box.left}px`, top: `${box.top}px`, width: `${box.width}px`, height: `${box.height}px`, zIndex: "60", pointerEvents: "none", background: "var(--raised)", boxShadow: "var(--shadow)", willChange: "transform" });
  ghost.setAttribute("aria-hidden", "true");
  const line = document.createElement("div");
  line.setAttribute("aria-hidden", "true");
  Object.assign(line.style, { position: "absolute", left: "12px", right: "12px", top: "0", height: "2px", borderRadius: "2px", background: "var(--accent)", zIndex: "5", pointerEvents: "none", willChange: "transform" });
  document.body.append(ghost);
  list.append(line);
  row.style.opacity = "0.35";

  let pointerY = start.clientY;
  let target = -1;
  let frame = 0;

  const paint = () => {
    ghost.style.transform = `translateY(${pointerY - start.clientY}px)`;
    const bounds = scroller.getBoundingClientRect();
    const pull = pointerY < bounds.top + EDGE ? -1 : pointerY > bounds.bottom - EDGE ? 1 : 0;
    if (pull) scroller.scrollTop += pull * 12;
    place();
    frame = requestAnimationFrame(paint);
  };

  const place = () => {
    const origin = list.getBoundingClientRect().top;
    const rows = [...list.querySelectorAll<HTMLElement>(":scope > li")].filter((item) => item.querySelector("[data-task-row]"));
    for (const item of rows) {
      const rect = item.getBoundingClientRect();
      if (pointerY > rect.bottom && item !== rows.at(-1)) continue;
      const after = pointerY > rect.top + rect.height / 2;
      target = Number(item.getAttribute("aria-posinset")) - 1 + (after ? 1 : 0);
      line.style.transform = `translateY(${(after ? rect.bottom : rect.top) - origin - 1}px)`;
      return;
    }
  };

  const move = (event: globalThis.PointerEvent) => (pointerY = event.clientY);
  const finish = (commit: boolean) => {
    cancelAnimationFrame(frame);
    ghost.remove();
    line.remove();
    row.style.opacity = "";
    handle.removeEventListener("pointermove", move);
    removeEventListener("keydown", key, true);
    if (commit && target >= 0) drop(target);
  };
  const key = (event: KeyboardEvent) => event.key === "Escape" && (event.stopPropagation(), finish(false));

  handle.addEventListener("pointermove", move);
  handle.addEventListener("pointerup", () => finish(true), { once: true });
  handle.addEventListener("pointercancel", () => finish(false), { once: true });
  addEventListener("keydown", key, true);
  frame = requestAnimationFrame(paint);
}
