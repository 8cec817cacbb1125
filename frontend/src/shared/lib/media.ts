import { useSyncExternalStore } from "react";

/** Whether a media query matches; false while rendering on the server. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      const list = matchMedia(query);
      list.addEventListener("change", listener);
      return () => list.removeEventListener("change", listener);
    },
    () => matchMedia(query).matches,
    () => false,
  );
}
export const useIsPhone = () => useMedia("(max-width: 767px)");
