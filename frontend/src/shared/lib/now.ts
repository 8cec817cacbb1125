/** The current minute, so that "today" and "overdue" move on by themselves. */
import { createStore, useStore } from "./store";

const clock = createStore(Date.now());
if (typeof window !== "undefined") {
  const tick = () => clock.set(Date.now());
  setInterval(tick, 60_000);
  document.addEventListener("visibilitychange", () => document.hidden || tick());
}
export const useNow = () => useStore(clock);
