"use client";
/** E-mail of the one-machine platform: what would have been sent, to be read here. */
import { useQuery } from "@tanstack/react-query";
import { Mail, MailX } from "lucide-react";
import { useState } from "react";
import { mailbox } from "@/shared/api/endpoints";
import { ApiError } from "@/shared/api/errors";
import { useI18n } from "@/shared/i18n";
import { cx } from "@/shared/lib/cx";
import { formatInstant } from "@/shared/lib/dates";
import { EmptyState } from "@/shared/ui/empty";
import { Markdown } from "@/shared/ui/markdown";
import { PageHeader } from "@/shared/ui/page-header";
import { ListFrame } from "@/features/lists/list-frame";
import { useZone } from "@/features/tasks/zone";

export function MailboxPage() {
  const { t, locale } = useI18n();
  const zone = useZone();
  const { data, isPending, error, refetch } = useQuery({ queryKey: ["mailbox"], queryFn: mailbox.list, refetchInterval: 15_000 });
  // Only the one-machine platform keeps mail; elsewhere there is no such address.
  const off = error instanceof ApiError && error.status === 404;
  const [openId, setOpenId] = useState<string | null>(null);
  return (
    <>
      <PageHeader title={t("nav.mailbox")} note={off ? undefined : t("mailbox.note")} />
      {off ? <EmptyState icon={MailX} title={t("mailbox.offTitle")} text={t("mailbox.offText")} /> : (
        <ListFrame isPending={isPending} error={data ? null : error} refetch={() => void refetch()} isEmpty={!data?.items.length} empty={<EmptyState icon={Mail} title={t("empty.mailboxTitle")} text={t("empty.mailboxText")} />}>
          <ul aria-label={t("nav.mailbox")} className="max-w-3xl px-2 sm:px-6">
            {data?.items.map((mail) => (
              <li key={mail.id} className="border-b border-line">
                <h2>
                  <button type="button" aria-expanded={openId === mail.id} onClick={() => setOpenId(openId === mail.id ? null : mail.id)} className="flex min-h-12 w-full items-center gap-3 rounded-lg px-3 text-left hover:bg-hover">
                    <Mail aria-hidden size={16} className={cx("shrink-0", openId === mail.id ? "text-accent-text" : "text-muted")} />
                    <span className="min-w-0 flex-1 truncate font-medium">{mail.subject}</span>
                    <span className="shrink-0 text-xs text-faint">{formatInstant(mail.sent_at, locale, zone)}</span>
                  </button>
                </h2>
                {openId === mail.id && <Message id={mail.id} />}
              </li>
            ))}
          </ul>
        </ListFrame>
      )}
    </>
  );
}

function Message({ id }: { id: string }) {
  const { t } = useI18n();
  const { data } = useQuery({ queryKey: ["mailbox", id], queryFn: () => mailbox.get(id), staleTime: Infinity });
  if (!data) return <div role="status" aria-label={t("list.loading")} className="px-3 pb-5 sm:pl-10"><div className="skeleton h-3 w-1/2" /></div>;
  return (
    <div className="animate-fade px-3 pb-5 sm:pl-10">
      <p className="mb-3 text-xs text-faint">{t("mailbox.from", { address: data.sender })}<br />{t("mailbox.to", { address: data.to })}</p>
      <Markdown text={data.text ?? ""} />
    </div>
  );
}
