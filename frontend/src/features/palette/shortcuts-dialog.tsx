"use client";
import { setSingleKeys, singleKeys } from "@/shared/commands/shortcuts";
import { useI18n } from "@/shared/i18n";
import { useStore } from "@/shared/lib/store";
import { Dialog, DialogBody } from "@/shared/ui/dialog";
import { Switch } from "@/shared/ui/form";
import { ShortcutList } from "./shortcut-list";

export default function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const { t } = useI18n();
  const on = useStore(singleKeys);
  return (
    <Dialog title={t("command.shortcuts")} onClose={onClose} className="max-w-2xl">
      <DialogBody>
        <ShortcutList />
        <div className="border-t border-line pt-2"><Switch label={t("shortcuts.single")} hint={t("shortcuts.singleHint")} checked={on} onChange={setSingleKeys} /></div>
      </DialogBody>
    </Dialog>
  );
}
