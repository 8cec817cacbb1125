/** The zone all dates are shown in, and today's date there. */
import { session } from "@/shared/api/session";
import { today } from "@/shared/lib/dates";
import { useNow } from "@/shared/lib/now";
import { useStore } from "@/shared/lib/store";

export const useZone = () => useStore(session, (state) => state.user?.time_zone) ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
export function useToday() {
  const zone = useZone();
  return today(zone, useNow());
}
