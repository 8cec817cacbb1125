"use client";
/** Shows the dialog a command asked for; each is loaded when first used, or while the page is idle. */
import { useSearchParams } from "next/navigation";
import { Suspense, useEffect } from "react";
import { later, type Later } from "@/shared/lib/later";
import { useStore } from "@/shared/lib/store";
import { closeDialog, dialogStore, openDialog, type Dialogs as DialogProps } from "@/shared/ui/dialogs";
import { Rehearsal, type Scene } from "./rehearsal";

const QuickAdd = later(() => import("@/features/quick-add/quick-add-dialog"));
const Palette = later(() => import("@/features/palette/palette"));
const Shortcuts = later(() => import("@/features/palette/shortcuts-dialog"));
const Due = later(() => import("@/features/due/due-dialog"));
const Tags = later(() => import("@/features/tags/tags-dialog"));
const Notifications = later(() => import("@/features/notifications/notification-centre"));

const DIALOGS: { [N in keyof DialogProps]: Later<DialogProps[N] & { onClose: () => void }> } = {
  "quick-add": QuickAdd,
  palette: Palette,
  shortcuts: Shortcuts,
  due: Due,
  tags: Tags,
  priority: later(() => import("@/features/tasks/components/priority-dialog")),
  notifications: Notifications,
  confirm: later(() => import("@/shared/ui/confirm-dialog")),
  tag: later(() => import("@/features/tags/tag-dialog")),
};

const noop = () => undefined;
/** What a person opens all day, the most frequent first. */
const OFTEN: Scene[] = [
  { load: QuickAdd.load, element: <QuickAdd onClose={noop} /> },
  { load: Palette.load, element: <Palette onClose={noop} /> },
  { load: Due.load, element: <Due tasks={[]} onClose={noop} /> },
  { load: Tags.load, element: <Tags tasks={[]} onClose={noop} /> },
  { load: Notifications.load, element: <Notifications onClose={noop} /> },
  { load: Shortcuts.load, element: <Shortcuts onClose={noop} /> },
];

export function Dialogs() {
  const open = useStore(dialogStore);
  const Shown = open && (DIALOGS[open.name] as Later<{ onClose: () => void }>);
  return (
    <>
      <Suspense><AddFromAddress /></Suspense>
      <Rehearsal scenes={OFTEN} />
      {Shown && <Shown key={open.name} {...open.props} onClose={() => closeDialog(open)} />}
    </>
  );
}

/** ?add= opens quick add: the installed app's shortcut, and text shared from other apps. */
function AddFromAddress() {
  const params = useSearchParams();
  const text = ["add", "text", "url"].map((name) => params.get(name)).filter((part) => part && part !== "1").join(" ");
  const wanted = params.has("add") || params.has("text");
  useEffect(() => {
    if (!wanted) return;
    openDialog("quick-add", { text });
    history.replaceState(null, "", location.pathname);
  }, [wanted, text]);
  return null;
}
