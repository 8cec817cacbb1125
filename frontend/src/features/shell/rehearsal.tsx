/**
 * Draws what will be opened once where nobody sees it, while the page is idle: code that never ran takes several times as long, and the
 * first opening would be slower than a person notices. Nothing of it is in the document and none of its effects run.
 */
import { Activity, startTransition, useEffect, useState, type ReactNode } from "react";
import { DialogPlace } from "@/shared/ui/dialog";

export interface Scene { load: () => Promise<void>; element: ReactNode }

/** After the first list stands, and with pauses in which it is drawn in small pieces. */
const BEGIN_MS = 1500;
const PAUSE_MS = 400;

export function Rehearsal({ scenes }: { scenes: readonly Scene[] }) {
  const [at, setAt] = useState(-1);
  const [place] = useState(() => (typeof document === "undefined" ? null : document.createElement("div")));
  useEffect(() => {
    const next = scenes[at + 1];
    const step = () => startTransition(() => setAt(at + 1));
    // The last one is taken away as well. What does not load now (offline) will say so when it is asked for.
    const timer = at < scenes.length ? setTimeout(() => (next ? void next.load().then(step, step) : step()), at < 0 ? BEGIN_MS : PAUSE_MS) : undefined;
    return () => clearTimeout(timer);
  }, [at, scenes]);
  const scene = scenes[at];
  return scene && <Activity key={at} mode="hidden"><DialogPlace value={place}>{scene.element}</DialogPlace></Activity>;
}
