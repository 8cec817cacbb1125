"use client";
/** The conversations kept: go on with one, rename it, delete it. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Pencil, Trash2 } from "lucide-react";
import { useState, type FormEvent } from "react";
import { chat as api } from "@/shared/api/endpoints";
import { explain } from "@/shared/api/explain";
import type { Conversation } from "@/shared/api/types";
import { useI18n } from "@/shared/i18n";
import { cx } from "@/shared/lib/cx";
import { relativeTime } from "@/shared/lib/dates";
import { useNow } from "@/shared/lib/now";
import { Button, IconButton } from "@/shared/ui/button";
import { openDialog } from "@/shared/ui/dialogs";
import { notify } from "@/shared/ui/toast";

interface Props { current: string | null; onOpen: (id: string) => void; onDeleted: (id: string) => void }

export function ConversationList({ current, onOpen, onDeleted }: Props) {
  const { t } = useI18n();
  const { data, error, refetch } = useQuery({ queryKey: ["chat", "conversations"], queryFn: api.conversations, retry: false });
  if (error && !data) return <div className="p-4"><Button onClick={() => void refetch()}>{t("status.retry")}</Button></div>;
  if (data && !data.items.length) return <p className="m-auto p-6 text-center text-muted">{t("chat.noConversations")}</p>;
  return (
    <ul aria-label={t("chat.history")} className="flex min-h-0 flex-1 flex-col gap-0.5 overflow-y-auto px-2 pb-4">
      {data?.items.map((each) => <Row key={each.id} conversation={each} current={each.id === current} onOpen={onOpen} onDeleted={onDeleted} />)}
    </ul>
  );
}

function Row({ conversation, current, onOpen, onDeleted }: { conversation: Conversation; current: boolean } & Omit<Props, "current">) {
  const { t, locale } = useI18n();
  const now = useNow();
  const client = useQueryClient();
  const [editing, setEditing] = useState(false);
  const title = conversation.title || t("chat.untitled");
  const settled = { onError: (error: Error) => notify.error(t("error.notSaved"), explain(error)), onSettled: () => client.invalidateQueries({ queryKey: ["chat"] }) };
  const rename = useMutation({ mutationFn: (name: string) => api.rename(conversation.id, name), ...settled });
  const remove = useMutation({ mutationFn: () => api.remove(conversation.id), onSuccess: () => onDeleted(conversation.id), ...settled });

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get("title")).trim();
    setEditing(false);
    if (name && name !== conversation.title) rename.mutate(name);
  }

  if (editing) {
    return (
      <li>
        <form onSubmit={submit} className="flex items-center gap-1.5 px-1 py-1.5" onKeyDown={(event) => { if (event.key === "Escape") { event.stopPropagation(); event.preventDefault(); setEditing(false); } }}>
          <input name="title" autoFocus aria-label={t("chat.nameOf", { title })} defaultValue={conversation.title} maxLength={200} className="field min-w-0 flex-1" />
          <Button type="submit" size="sm" variant="primary">{t("action.save")}</Button>
        </form>
      </li>
    );
  }
  return (
    <li className={cx("flex items-center gap-0.5 rounded-lg pr-1 hover:bg-hover", current && "bg-active")}>
      <button type="button" aria-current={current || undefined} onClick={() => onOpen(conversation.id)} className="min-w-0 flex-1 px-2.5 py-2 text-left">
        <span className="block truncate">{rename.variables && rename.isPending ? rename.variables : title}</span>
        <span className="block text-xs text-faint">{relativeTime(conversation.updated_at, locale, now)}</span>
      </button>
      <IconButton icon={Pencil} size={14} label={t("chat.rename", { title })} onClick={() => setEditing(true)} />
      <IconButton icon={Trash2} size={14} label={t("chat.delete", { title })} onClick={() => openDialog("confirm", { title: t("chat.deleteTitle", { title }), text: t("chat.deleteText"), action: t("chat.deleteAction"), run: () => remove.mutateAsync().catch(() => undefined) })} />
    </li>
  );
}
