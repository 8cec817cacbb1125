/** The virtual list: only rows near the screen exist, each at a known height, so nothing is measured. */
import { useCallback, useEffect, useMemo, useRef, type ReactNode } from "react";
import type { Task } from "@/shared/api/types";
import { useTagColors } from "@/features/tags/queries";
import { useIsPhone } from "@/shared/lib/media";
import { topsOf, useVisibleRows } from "@/shared/lib/visible-rows";
import { useStore } from "@/shared/lib/store";
import type { CalendarDate } from "@/shared/lib/dates";
import { moveTask } from "../actions";
import { dueDay } from "../due";
import { navigation, setListIds } from "../navigation";
import { startReorder } from "../reorder";
import type { Row, Section } from "../views";
import { useZone } from "../zone";
import { hasDetails, PHONE_ROW, ROW_HEIGHT, TaskRow } from "./task-row";

interface Props {
  rows: Row[];
  label: string;
  renderSection?: (section: Section) => ReactNode;
  sectionHeight?: number;
  /** The day the list is about, which its rows need not repeat; "each" where every row stands under its day. */
  hideDay?: CalendarDate | "each";
  /** Rows can be dragged and moved by Alt+arrows. */
  reorder?: boolean;
  onEndReached?: () => void;
  /** Jump here when it changes (a day picked in the week strip). */
  scrollKey?: string | null;
}

export function TaskList({ rows, label, renderSection, sectionHeight = 44, hideDay, reorder, onEndReached, scrollKey }: Props) {
  const list = useRef<HTMLUListElement>(null);
  const phone = useIsPhone();
  const colorOf = useTagColors();
  const zone = useZone();
  const ids = useMemo(() => rows.flatMap((row) => (row.type === "task" ? [row.task.id] : [])), [rows]);
  const positions = useMemo(() => new Map(ids.map((id, index) => [id, index])), [ids]);
  const titles = useMemo(() => new Map(rows.flatMap((row) => (row.type === "task" ? [[row.task.id, row.task.title] as const] : []))), [rows]);
  const focusedId = useStore(navigation, (state) => state.focusedId);
  const request = useStore(navigation, (state) => state.request);
  const focusedIndex = useMemo(() => rows.findIndex((row) => row.type === "task" && row.task.id === focusedId), [rows, focusedId]);

  useEffect(() => setListIds(ids), [ids]);
  useEffect(() => () => setListIds([]), []);

  const tops = useMemo(
    () => topsOf(rows.map((row) => (row.type === "section" ? sectionHeight : phone ? (hasDetails(row.task) ? PHONE_ROW.detailed : PHONE_ROW.plain) : ROW_HEIGHT))),
    [rows, phone, sectionHeight],
  );
  const { indexes, scrollTo } = useVisibleRows(list, tops, focusedIndex);
  useEffect(() => {
    if (request && focusedIndex >= 0) scrollTo(focusedIndex, "near");
    // Only a keyboard move scrolls, not each change of the rows.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [request]);
  useEffect(() => {
    const at = scrollKey ? rows.findIndex((row) => row.key === scrollKey) : -1;
    if (at >= 0) scrollTo(at, "start");
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [scrollKey]);

  const lastIndex = indexes.at(-1) ?? 0;
  useEffect(() => {
    if (onEndReached && lastIndex >= rows.length - 10) onEndReached();
  }, [lastIndex, rows.length, onEndReached]);

  const rowsNow = useRef(rows);
  rowsNow.current = rows;
  const drag = useCallback((event: React.PointerEvent, id: string) => {
    startReorder(event, id, list.current!, (index) => {
      const tasks = rowsNow.current.flatMap((row): Task[] => (row.type === "task" ? [row.task] : []));
      const task = tasks.find((each) => each.id === id);
      const from = tasks.findIndex((each) => each.id === id);
      if (task && index !== from && index !== from + 1) moveTask(task, tasks.filter((each) => each.id !== id), index > from ? index - 1 : index);
    });
  }, []);

  return (
    <ul ref={list} aria-label={label} className="print-flow relative mx-1 sm:mx-2" style={{ height: tops.at(-1) }}>
      {indexes.map((index) => {
        const row = rows[index]!;
        return (
          <li
            key={row.key}
            data-index={index}
            aria-setsize={row.type === "task" ? ids.length : undefined}
            aria-posinset={row.type === "task" ? positions.get(row.task.id)! + 1 : undefined}
            className="print-row absolute top-0 left-0 w-full"
            style={{ height: tops[index + 1]! - tops[index]!, transform: `translateY(${tops[index]!}px)` }}
          >
            {row.type === "section" ? renderSection?.(row.section) : (
              <TaskRow
                task={row.task}
                colorOf={colorOf}
                phone={phone}
                hideDay={hideDay !== undefined && (hideDay === "each" || dueDay(row.task, zone) === hideDay)}
                parentTitle={row.task.parent_id ? titles.get(row.task.parent_id) : undefined}
                onDragStart={reorder ? drag : undefined}
              />
            )}
          </li>
        );
      })}
    </ul>
  );
}
