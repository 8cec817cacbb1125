/** The open tasks with what views need to know, and the counts of the sidebar. */
import { useMemo } from "react";
import { useStore } from "@/shared/lib/store";
import type { Task } from "@/shared/api/types";
import { leaving } from "./leaving";
import { useOpenTasks } from "./queries";
import { countViews, type Counts, type ViewContext } from "./views";
import { useToday, useZone } from "./zone";

export function useViewContext(): ViewContext {
  const zone = useZone();
  const today = useToday();
  const lingering = useStore(leaving);
  return useMemo(() => ({ zone, today, leaving: lingering }), [zone, today, lingering]);
}

let last: { tasks: Task[]; today: string; zone: string; counts: Counts } | undefined;
const NOTHING: ReadonlySet<string> = new Set();

export function useCounts(): Counts {
  const { tasks } = useOpenTasks();
  const zone = useZone();
  const today = useToday();
  if (last?.tasks !== tasks || last.today !== today || last.zone !== zone) {
    last = { tasks, today, zone, counts: countViews(tasks, { zone, today, leaving: NOTHING }) };
  }
  return last.counts;
}
