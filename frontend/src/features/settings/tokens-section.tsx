"use client";
/** Personal API tokens: made with scopes and an end, shown once, revoked with a click. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { KeyRound, Plus, Trash2 } from "lucide-react";
import { useState, type FormEvent } from "react";
import { auth } from "@/shared/api/endpoints";
import { session } from "@/shared/api/session";
import { explain, explainField } from "@/shared/api/explain";
import type { ApiToken, TokenScope } from "@/shared/api/types";
import { useI18n } from "@/shared/i18n";
import { formatInstant, relativeTime } from "@/shared/lib/dates";
import { useNow } from "@/shared/lib/now";
import { useStore } from "@/shared/lib/store";
import { Button, IconButton } from "@/shared/ui/button";
import { CopyField } from "@/shared/ui/copy-field";
import { openDialog } from "@/shared/ui/dialogs";
import { SelectField, TextField } from "@/shared/ui/form";
import { notify } from "@/shared/ui/toast";
import { useZone } from "@/features/tasks/zone";
import { Badge, Card, Item, List, SettingsGroup, SettingsSkeleton } from "./section";

const key = ["api-tokens"] as const;
const SCOPES = ["tasks:read", "tasks:write", "account", "operator"] as const satisfies TokenScope[];

export default function TokensSection() {
  const { t } = useI18n();
  const [adding, setAdding] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  return (
    <SettingsGroup title={t("settings.tokens")} text={t("tokens.text")} action={!adding && <Button size="sm" icon={Plus} onClick={() => { setAdding(true); setSecret(null); }}>{t("tokens.new")}</Button>}>
      <div className="flex flex-col gap-4">
        {secret && <Secret value={secret} onDone={() => setSecret(null)} />}
        {adding && <NewToken onCancel={() => setAdding(false)} onCreated={(token) => { setAdding(false); setSecret(token); }} />}
        <TokenList />
      </div>
    </SettingsGroup>
  );
}

function Secret({ value, onDone }: { value: string; onDone: () => void }) {
  const { t } = useI18n();
  return (
    <div role="status" className="flex animate-fade flex-col gap-3 rounded-xl border border-ok/30 bg-ok-soft p-4">
      <p className="text-[0.8125rem] font-medium text-ok">{t("tokens.once")}</p>
      <CopyField label={t("tokens.token")} value={value} />
      <CopyField label={t("tokens.example")} value={`curl ${location.origin}/api/tasks -H "Authorization: Bearer ${value}"`} />
      <div><Button size="sm" onClick={onDone}>{t("tokens.done")}</Button></div>
    </div>
  );
}

function NewToken({ onCancel, onCreated }: { onCancel: () => void; onCreated: (token: string) => void }) {
  const { t } = useI18n();
  const client = useQueryClient();
  const operator = useStore(session, (state) => state.user?.operator);
  const [unscoped, setUnscoped] = useState(false);
  const create = useMutation({ mutationFn: auth.createToken, onSuccess: () => client.invalidateQueries({ queryKey: key }) });
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const scopes = data.getAll("scope") as TokenScope[];
    const days = Number(data.get("days"));
    setUnscoped(!scopes.length);
    if (scopes.length) create.mutate({ name: String(data.get("name")).trim(), scopes, ...(days && { expires_in_days: days }) }, { onSuccess: (made) => onCreated(made.token) });
  }
  return (
    <Card>
      <form onSubmit={submit} className="flex animate-fade flex-col gap-4 p-4">
        <div className="grid gap-4 sm:grid-cols-[1fr_11rem]">
          <TextField label={t("tokens.name")} name="name" required maxLength={100} autoFocus autoComplete="off" placeholder={t("tokens.namePlaceholder")} error={explainField(create.error, "name") ?? (create.error ? explain(create.error) : undefined)} />
          <SelectField label={t("tokens.expires")} name="days" defaultValue="90">
            {[7, 30, 90, 365].map((days) => <option key={days} value={days}>{t("tokens.days", { count: days })}</option>)}
            <option value="">{t("tokens.noEnd")}</option>
          </SelectField>
        </div>
        <fieldset aria-describedby={unscoped ? "scope-error" : undefined}>
          <legend className="mb-1 text-[0.8125rem] font-medium">{t("tokens.scopes")}</legend>
          {SCOPES.filter((scope) => scope !== "operator" || operator).map((scope) => (
            <label key={scope} className="flex min-h-9 items-center gap-3"><input type="checkbox" name="scope" value={scope} defaultChecked={scope === "tasks:read"} className="size-4.5 accent-[var(--accent)]" /><span>{t(`scope.${scope}`)} <span className="text-xs text-faint max-sm:block">{t(`tokens.scopeHint.${scope}`)}</span></span></label>
          ))}
          {unscoped && <p id="scope-error" role="alert" className="text-xs text-danger">{t("tokens.needScope")}</p>}
        </fieldset>
        <div className="flex gap-2">
          <Button type="submit" variant="primary" busy={create.isPending} disabled={create.isPending}>{t("tokens.create")}</Button>
          <Button onClick={onCancel}>{t("action.cancel")}</Button>
        </div>
      </form>
    </Card>
  );
}

export function TokenList() {
  const { t } = useI18n();
  const { data, error, refetch } = useQuery({ queryKey: key, queryFn: auth.tokens });
  if (error && !data) return <div><Button onClick={() => void refetch()}>{t("status.retry")}</Button></div>;
  if (!data) return <SettingsSkeleton rows={2} />;
  if (!data.items.length) {
    return (
      <div className="flex flex-col items-center rounded-xl border border-dashed border-line-strong px-6 py-8 text-center">
        <KeyRound aria-hidden size={20} className="text-faint" />
        <p className="mt-2.5 font-medium">{t("tokens.none")}</p>
        <p className="mt-0.5 text-[0.8125rem] text-muted">{t("tokens.noneText")}</p>
      </div>
    );
  }
  return <List label={t("settings.tokens")}>{data.items.map((token) => <Token key={token.id} token={token} />)}</List>;
}

function Token({ token }: { token: ApiToken }) {
  const { t, locale } = useI18n();
  const zone = useZone();
  const now = useNow();
  const client = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => auth.revokeToken(token.id),
    onSuccess: () => notify.success(t("tokens.revoked")),
    onError: (error: Error) => notify.error(t("error.notSaved"), explain(error)),
    onSettled: () => client.invalidateQueries({ queryKey: key }),
  });
  const expired = token.expires_at !== null && Date.parse(token.expires_at) < now;
  const date = token.expires_at && formatInstant(token.expires_at, locale, zone, { dateStyle: "medium" });
  return (
    <Item
      icon={<KeyRound size={16} />}
      title={token.name}
      badge={expired && <Badge tone="warn">{t("tokens.expired", { date: date! })}</Badge>}
      text={[
        token.scopes.map((scope) => t(`scope.${scope}`)).join(", "),
        ...(expired ? [] : [date ? t("tokens.until", { date }) : t("tokens.noEnd")]),
        token.last_used_at ? t("tokens.lastUsed", { when: relativeTime(token.last_used_at, locale, now) }) : t("tokens.neverUsed"),
      ].join(" · ")}
    >
      <IconButton
        icon={Trash2}
        label={t("tokens.revoke", { name: token.name })}
        onClick={() => openDialog("confirm", { title: t("tokens.revokeTitle", { name: token.name }), text: t("tokens.revokeText"), action: t("tokens.revokeAction"), run: () => revoke.mutateAsync().catch(() => undefined) })}
      />
    </Item>
  );
}
