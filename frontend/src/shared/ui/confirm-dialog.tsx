"use client";
import { useState } from "react";
import { useI18n } from "@/shared/i18n";
import { Button } from "./button";
import { Dialog, DialogFooter } from "./dialog";
import type { Dialogs } from "./dialogs";

/** Asks before the few things that cannot be undone. */
export default function ConfirmDialog({ title, text, action, run, onClose }: Dialogs["confirm"] & { onClose: () => void }) {
  const { t } = useI18n();
  const [busy, setBusy] = useState(false);
  async function confirm() {
    setBusy(true);
    try {
      await run();
    } finally {
      onClose();
    }
  }
  return (
    <Dialog title={title} description={text} onClose={onClose}>
      <div className="h-3" />
      <DialogFooter>
        <Button onClick={onClose}>{t("action.cancel")}</Button>
        <Button variant="danger" busy={busy} disabled={busy} onClick={() => void confirm()}>{action}</Button>
      </DialogFooter>
    </Dialog>
  );
}
