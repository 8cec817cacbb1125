"use client";
/** Personal API tokens: made with scopes and an end, shown once, revoked with a click. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { KeyRound, Trash2 } from "lucide-react";
import { useState, type FormEvent } from "react";
import { auth } from "@/shared/api/endpoints";
import { session } from "@/shared/api/session";
import type { TokenScope } from "@/shared/api/types";
import { useI18n } from "@/shared/i18n";
import { formatInstant } from "@/shared/lib/dates";
import { useStore } from "@/shared/lib/store";
import { Button, IconButton } from "@/shared/ui/button";
import { CopyField } from "@/shared/ui/copy-field";
import { SelectField, TextField } from "@/shared/ui/form";
import { notify } from "@/shared/ui/toast";
import { useZone } from "@/features/tasks/zone";
import { List, SettingsGroup } from "./section";

const key = ["api-tokens"] as const;
const SCOPES = ["tasks:read", "tasks:write", "account", "operator"] as const;

export default function TokensSection() {
  const { t } = useI18n();
  const client = useQueryClient();
  const operator = useStore(session, (state) => state.user?.operator);
  const create = useMutation({ mutationFn: auth.createToken, onSuccess: () => client.invalidateQueries({ queryKey: key }) });
  const [formKey, setFormKey] = useState(0);
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const days = Number(data.get("days"));
    create.mutate({ name: String(data.get("name")), scopes: data.getAll("scope") as TokenScope[], ...(days && { expires_in_days: days }) }, { onSuccess: () => setFormKey(formKey + 1) });
  }
  return (
    <SettingsGroup title={t("settings.tokens")} text={t("tokens.text")}>
      {create.data?.token && (
        <div role="status" className="mb-5 rounded-lg bg-ok-soft p-3">
          <p className="mb-2 text-[0.8125rem] text-ok">{t("tokens.once")}</p>
          <CopyField label={t("tokens.token")} value={create.data.token} />
        </div>
      )}
      <TokenList />
      <form key={formKey} onSubmit={submit} className="mt-6 flex max-w-sm flex-col gap-4">
        <TextField label={t("tokens.name")} name="name" required maxLength={100} placeholder={t("tokens.namePlaceholder")} error={create.error?.message} />
        <fieldset>
          <legend className="mb-1 text-[0.8125rem] font-medium">{t("tokens.scopes")}</legend>
          {SCOPES.filter((scope) => scope !== "operator" || operator).map((scope) => (
            <label key={scope} className="flex min-h-8 items-center gap-2.5"><input type="checkbox" name="scope" value={scope} defaultChecked={scope === "tasks:read"} className="size-4.5 accent-[var(--accent)]" /> {t(`scope.${scope}`)}</label>
          ))}
        </fieldset>
        <SelectField label={t("tokens.expires")} name="days" defaultValue="90">
          {[30, 90, 365].map((days) => <option key={days} value={days}>{t("tokens.days", { count: days })}</option>)}
          <option value="">{t("tokens.noEnd")}</option>
        </SelectField>
        <div><Button type="submit" icon={KeyRound} busy={create.isPending} disabled={create.isPending}>{t("tokens.create")}</Button></div>
      </form>
    </SettingsGroup>
  );
}

export function TokenList() {
  const { t, locale } = useI18n();
  const zone = useZone();
  const client = useQueryClient();
  const { data } = useQuery({ queryKey: key, queryFn: auth.tokens });
  const revoke = useMutation({
    mutationFn: auth.revokeToken,
    onSuccess: () => notify.success(t("tokens.revoked")),
    onError: (error: Error) => notify.error(t("error.notSaved"), error.message),
    onSettled: () => client.invalidateQueries({ queryKey: key }),
  });
  if (!data?.items.length) return null;
  return (
    <List>
      {data.items.map((token) => (
        <li key={token.id} className="flex items-center gap-3 px-3 py-2.5">
          <KeyRound aria-hidden size={16} className="text-muted" />
          <div className="min-w-0 flex-1">
            <p className="truncate">{token.name}</p>
            <p className="truncate text-xs text-faint">{token.scopes.join(", ")} · {token.expires_at ? t("tokens.until", { date: formatInstant(token.expires_at, locale, zone, { dateStyle: "medium" }) }) : t("tokens.noEnd")}</p>
          </div>
          <IconButton icon={Trash2} label={t("tokens.revoke", { name: token.name })} onClick={() => revoke.mutate(token.id)} />
        </li>
      ))}
    </List>
  );
}
