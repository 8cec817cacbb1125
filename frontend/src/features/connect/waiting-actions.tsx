"use client";
/** What connected assistants asked for and only the person makes happen; an MCP client without elicitation sends people here. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Check, X } from "lucide-react";
import { chat } from "@/shared/api/endpoints";
import { explain } from "@/shared/api/explain";
import type { Schemas } from "@/shared/api/types";
import { useI18n } from "@/shared/i18n";
import { Button } from "@/shared/ui/button";
import { notify } from "@/shared/ui/toast";
import { Card, SettingsGroup } from "@/features/settings/section";

export function WaitingActions() {
  const { t } = useI18n();
  const { data } = useQuery({ queryKey: ["chat", "actions"], queryFn: chat.waiting, refetchInterval: 15_000 });
  if (!data?.items.length) return null;
  return (
    <SettingsGroup title={t("connect.waiting")} text={t("connect.waitingText")}>
      <div className="flex flex-col gap-3">{data.items.map((action) => <Waiting key={action.id} action={action} />)}</div>
    </SettingsGroup>
  );
}

function Waiting({ action }: { action: Schemas["WaitingAction"] }) {
  const { t } = useI18n();
  const client = useQueryClient();
  const settle = useMutation({
    mutationFn: (decision: "confirm" | "cancel") => chat.settle(action.id, decision),
    onSuccess: (_, decision) => notify.success(t(decision === "confirm" ? "connect.confirmed" : "connect.cancelled")),
    onError: (error: Error) => notify.error(t("error.notSaved"), explain(error)),
    onSettled: () => Promise.all([client.invalidateQueries({ queryKey: ["chat", "actions"] }), client.invalidateQueries({ queryKey: ["tasks"] })]),
  });
  return (
    <Card><div className="p-4">
      <p className="font-medium">{action.summary}</p>
      <ul className="my-2 max-h-48 list-disc overflow-y-auto pl-5 text-[0.8125rem] text-muted">{action.tasks.map((task) => <li key={task.id} className="break-words">{task.title}</li>)}</ul>
      <div className="flex gap-2">
        <Button size="sm" variant="primary" icon={Check} disabled={settle.isPending} onClick={() => settle.mutate("confirm")}>{t("chat.confirm")}</Button>
        <Button size="sm" icon={X} disabled={settle.isPending} onClick={() => settle.mutate("cancel")}>{t("action.cancel")}</Button>
      </div>
    </div></Card>
  );
}
