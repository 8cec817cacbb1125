/** The app's commands. */
import {
  ArrowDown, ArrowUp, Bell, CalendarDays, CalendarRange, CheckCheck, CircleCheck, CornerDownLeft, Flag, History, Inbox, Keyboard, Languages, ListChecks, LogOut,
  MessageSquareText, Moon, MousePointerClick, Plug, Plus, Repeat2, Search, Settings, Sun, SunMoon, Tag, Trash2, Undo2, X,
} from "lucide-react";
import { registerCommands } from "@/shared/commands/registry";
import type { Command, CommandContext } from "@/shared/commands/types";
import { PRIORITIES, type Priority } from "@/shared/api/types";
import { openedTask, showTask } from "@/shared/lib/location";
import { openDialog } from "@/shared/ui/dialogs";
import { deleteTasks, moveTask, setPriority, toggleTasks, currentTasks } from "@/features/tasks/actions";
import { clearSelection, moveFocus, navigation, selectAll, toggleSelected } from "@/features/tasks/navigation";
import { listMode } from "@/features/tasks/list-mode";
import { undoLast } from "@/features/tasks/undo";
import { signOut } from "@/features/auth/sign-out";
import { setTheme } from "./theme";
import { chatOpen } from "./panels";

const some = ({ tasks }: CommandContext) => tasks.length > 0;
const one = ({ tasks }: CommandContext) => tasks.length === 1;
const screens: [string, Command["label"], Command["icon"], string | undefined][] = [
  ["today", "nav.today", CalendarDays, "g t"],
  ["inbox", "nav.inbox", Inbox, "g i"],
  ["upcoming", "nav.upcoming", CalendarRange, "g u"],
  ["search", "nav.search", Search, "/"],
  ["recurring", "nav.recurring", Repeat2, "g r"],
  ["completed", "nav.completed", CircleCheck, "g c"],
  ["trash", "nav.trash", Trash2, "g x"],
  ["activity", "nav.activity", History, "g a"],
  ["notifications", "nav.notifications", Bell, "g n"],
  ["settings", "nav.settings", Settings, "g s"],
  ["connect", "nav.connect", Plug, undefined],
];

/** Alt+↑/↓: one place up or down among the rows on screen. */
function nudge(step: 1 | -1): (context: CommandContext) => void {
  return ({ tasks: [task] }) => {
    if (!task) return;
    const rows = currentTasks(navigation.get().ids);
    const at = rows.findIndex((each) => each.id === task.id);
    if (at < 0 || at + step < 0 || at + step >= rows.length) return;
    moveTask(task, rows.filter((each) => each.id !== task.id), at + step);
    navigation.set((state) => ({ ...state, request: state.request + 1 }));
  };
}
const canReorder = (context: CommandContext) => one(context) && listMode.get().reorder;

const priorityCommand = (priority: Priority, key: string): Command => ({
  id: `task.priority.${priority}`, label: `command.priority.${priority}`, group: "task", icon: Flag, keys: [key], isVisible: some,
  run: ({ tasks }) => setPriority(tasks, priority),
});

const commands: Command[] = [
  { id: "task.toggle", label: "command.complete", labelFor: ({ tasks }) => (tasks.every((task) => task.status === "completed") ? "command.reopen" : "command.completeOnly"), group: "task", icon: CircleCheck, keys: ["e"], isVisible: some, run: ({ tasks }) => toggleTasks(tasks) },
  { id: "task.open", label: "command.open", group: "task", icon: CornerDownLeft, keys: ["o"], isVisible: one, run: ({ tasks }) => showTask(tasks[0]!.id) },
  { id: "task.due", label: "command.due", group: "task", icon: CalendarDays, keys: ["t"], isVisible: some, run: ({ tasks }) => openDialog("due", { tasks }) },
  ...PRIORITIES.map((priority, index) => priorityCommand(priority, priority === "none" ? "0" : String(index + 1))),
  { id: "task.tags", label: "command.tags", group: "task", icon: Tag, keys: ["l"], isVisible: some, run: ({ tasks }) => openDialog("tags", { tasks }) },
  { id: "task.up", label: "command.moveUp", group: "task", icon: ArrowUp, keys: ["Alt+ArrowUp"], isVisible: canReorder, run: nudge(-1) },
  { id: "task.down", label: "command.moveDown", group: "task", icon: ArrowDown, keys: ["Alt+ArrowDown"], isVisible: canReorder, run: nudge(1) },
  { id: "task.delete", label: "command.delete", group: "task", icon: Trash2, keys: ["Delete", "$mod+Backspace"], isVisible: some, run: ({ tasks }) => deleteTasks(tasks) },

  { id: "create.task", label: "command.add", group: "create", icon: Plus, keys: ["q", "c"], run: () => openDialog("quick-add", {}) },

  { id: "list.next", label: "command.next", group: "list", icon: ArrowDown, keys: ["j"], hidden: true, run: () => moveFocus(1) },
  { id: "list.previous", label: "command.previous", group: "list", icon: ArrowUp, keys: ["k"], hidden: true, run: () => moveFocus(-1) },
  { id: "list.extendDown", label: "command.extend", group: "list", icon: ArrowDown, keys: ["Shift+J"], hidden: true, run: () => moveFocus(1, true) },
  { id: "list.extendUp", label: "command.extendUp", group: "list", icon: ArrowUp, keys: ["Shift+K"], hidden: true, run: () => moveFocus(-1, true) },
  { id: "list.select", label: "command.select", group: "list", icon: MousePointerClick, keys: ["x"], isVisible: some, run: () => toggleSelected(navigation.get().focusedId) },
  { id: "list.selectAll", label: "command.selectAll", group: "list", icon: CheckCheck, keys: ["$mod+a"], isVisible: () => navigation.get().ids.length > 0, run: selectAll },
  {
    id: "list.clear", label: "command.clear", group: "list", icon: X, keys: ["Escape"], hidden: true,
    isVisible: () => navigation.get().selected.size > 0 || openedTask.get() !== "",
    run: () => (navigation.get().selected.size ? clearSelection() : showTask(null)),
  },
  { id: "list.undo", label: "command.undo", group: "list", icon: Undo2, keys: ["$mod+z"], run: undoLast },

  ...screens.map(([path, label, icon, keys]): Command => ({ id: `go.${path}`, label, group: "go", icon, keys: keys ? [keys] : undefined, run: ({ go }) => go(`/${path}/`) })),

  { id: "app.palette", label: "command.palette", group: "app", icon: ListChecks, keys: ["$mod+k"], whileTyping: true, hidden: true, run: () => openDialog("palette", {}) },
  { id: "app.chat", label: "command.chat", group: "app", icon: MessageSquareText, keys: ["$mod+j"], whileTyping: true, run: () => chatOpen.set((open) => !open) },
  { id: "app.shortcuts", label: "command.shortcuts", group: "app", icon: Keyboard, keys: ["Shift+?"], run: () => openDialog("shortcuts", {}) },
  { id: "app.light", label: "command.themeLight", group: "app", icon: Sun, run: () => setTheme("light") },
  { id: "app.dark", label: "command.themeDark", group: "app", icon: Moon, run: () => setTheme("dark") },
  { id: "app.system", label: "command.themeSystem", group: "app", icon: SunMoon, run: () => setTheme("system") },
  { id: "app.language", label: "command.language", group: "app", icon: Languages, run: ({ go }) => go("/settings/?section=profile") },
  { id: "app.signOut", label: "command.signOut", group: "app", icon: LogOut, run: () => void signOut() },
];

export const registerAppCommands = () => registerCommands(commands);
