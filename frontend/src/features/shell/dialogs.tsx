"use client";
/** Shows the dialog a command asked for; each is loaded when first used. */
import dynamic from "next/dynamic";
import { useSearchParams } from "next/navigation";
import { Suspense, useEffect, type ComponentType } from "react";
import { useStore } from "@/shared/lib/store";
import { closeDialog, dialogStore, openDialog, type Dialogs as DialogProps } from "@/shared/ui/dialogs";

type Loaded<N extends keyof DialogProps> = ComponentType<DialogProps[N] & { onClose: () => void }>;
const DIALOGS: { [N in keyof DialogProps]: Loaded<N> } = {
  "quick-add": dynamic(() => import("@/features/quick-add/quick-add-dialog"), { ssr: false }),
  palette: dynamic(() => import("@/features/palette/palette"), { ssr: false }),
  shortcuts: dynamic(() => import("@/features/palette/shortcuts-dialog"), { ssr: false }),
  due: dynamic(() => import("@/features/due/due-dialog"), { ssr: false }),
  tags: dynamic(() => import("@/features/tags/tags-dialog"), { ssr: false }),
  priority: dynamic(() => import("@/features/tasks/components/priority-dialog"), { ssr: false }),
  notifications: dynamic(() => import("@/features/notifications/notification-centre"), { ssr: false }),
  confirm: dynamic(() => import("@/shared/ui/confirm-dialog"), { ssr: false }),
  tag: dynamic(() => import("@/features/tags/tag-dialog"), { ssr: false }),
};

export function Dialogs() {
  const open = useStore(dialogStore);
  const Shown = open && (DIALOGS[open.name] as ComponentType<Record<string, unknown>>);
  return (
    <>
      <Suspense><AddFromAddress /></Suspense>
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
