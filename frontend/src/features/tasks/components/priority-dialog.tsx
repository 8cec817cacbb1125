"use client";
import { PRIORITIES } from "@/shared/api/types";
import { useI18n } from "@/shared/i18n";
import { Dialog } from "@/shared/ui/dialog";
import type { Dialogs } from "@/shared/ui/dialogs";
import { setPriority } from "../actions";
import { PriorityIcon, PRIORITY_LABEL } from "./marks";

export default function PriorityDialog({ tasks, onClose }: Dialogs["priority"] & { onClose: () => void }) {
  const { t } = useI18n();
  return (
    <Dialog title={t("command.priority")} hideTitle onClose={onClose} className="max-w-64 p-1.5">
      {PRIORITIES.map((priority, index) => (
        <button key={priority} type="button" onClick={() => { setPriority(tasks, priority); onClose(); }} className="flex h-9 items-center gap-2.5 rounded-md px-2.5 hover:bg-hover">
          <PriorityIcon priority={priority} /> {t(PRIORITY_LABEL[priority])}
          <kbd className="kbd ml-auto">{priority === "none" ? 0 : index + 1}</kbd>
        </button>
      ))}
    </Dialog>
  );
}
