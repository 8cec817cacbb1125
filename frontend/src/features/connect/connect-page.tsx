"use client";
/** How other programs reach the tasks: the MCP address, ready-made settings, connected apps, tokens, and what waits for a word. */
import { useEffect, useState } from "react";
import Link from "next/link";
import { useI18n } from "@/shared/i18n";
import { cx } from "@/shared/lib/cx";
import { CopyField } from "@/shared/ui/copy-field";
import { PageHeader } from "@/shared/ui/page-header";
import { SettingsGroup } from "@/features/settings/section";
import { TokenList } from "@/features/settings/tokens-section";
import { CLIENTS } from "./clients";
import { ConnectedApps } from "./connected-apps";
import { WaitingActions } from "./waiting-actions";

export function ConnectPage() {
  const { t } = useI18n();
  const [origin, setOrigin] = useState("");
  const [client, setClient] = useState(CLIENTS[0]!);
  useEffect(() => setOrigin(location.origin), []);
  const url = `${origin}/mcp`;
  const name = (each: typeof client) => each.name ?? t("connect.otherClient");
  const config = client.config(url);
  return (
    <>
      <PageHeader title={t("nav.connect")} />
      <div className="max-w-2xl px-4 pt-2 sm:px-8">
        <WaitingActions />
        <SettingsGroup title={t("connect.mcp")} text={t("connect.mcpText")}><CopyField label={t("connect.address")} value={url} /></SettingsGroup>
        <SettingsGroup title={t("connect.clients")} text={t("connect.clientsText")}>
          <div role="group" aria-label={t("connect.clients")} className="mb-3 flex flex-wrap gap-1.5">
            {CLIENTS.map((each) => (
              <button key={each.id} type="button" aria-pressed={each === client} onClick={() => setClient(each)} className={cx("h-7.5 rounded-full border px-3 text-[0.8125rem]", each === client ? "border-accent-text bg-accent-soft text-accent-text" : "border-line-strong text-muted hover:bg-hover")}>{name(each)}</button>
            ))}
          </div>
          <p className="mb-2 text-[0.8125rem] text-pretty text-muted">{t(client.how)}</p>
          <CopyField key={client.id} multiline={config.includes("\n")} label={t("connect.configOf", { name: name(client) })} value={config} />
        </SettingsGroup>
        <SettingsGroup title={t("connect.apps")} text={t("connect.appsText")}><ConnectedApps /></SettingsGroup>
        <SettingsGroup title={t("settings.tokens")} text={<>{t("connect.tokensText")} <Link href="/settings/?section=tokens" className="font-medium text-accent-text hover:underline">{t("tokens.create")}</Link></>}><TokenList /></SettingsGroup>
      </div>
    </>
  );
}
