"use client";
/** Push: this device's switch, and every device that gets it. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { BellRing, Laptop, Send, Smartphone, Trash2 } from "lucide-react";
import { useEffect, useState } from "react";
import { enablePush, pushState, removeThisDevice, thisDevice, type PushState } from "@/lib/notifications";
import { push as api } from "@/shared/api/endpoints";
import { explain, explainDetail, ToldError } from "@/shared/api/explain";
import type { PushDevice } from "@/shared/api/types";
import { useI18n } from "@/shared/i18n";
import { formatInstant, relativeTime } from "@/shared/lib/dates";
import { useNow } from "@/shared/lib/now";
import { Button, IconButton } from "@/shared/ui/button";
import { notify } from "@/shared/ui/toast";
import { useZone } from "@/features/tasks/zone";
import { Badge, Card, Item, List, SettingsGroup } from "./section";

const key = ["push-devices"] as const;
const nameOf = (device: PushDevice) => device.user_agent || device.endpoint_host;

export function Devices() {
  const { t } = useI18n();
  const client = useQueryClient();
  const [state, setState] = useState<PushState | null>(null);
  const [busy, setBusy] = useState(false);
  const { data } = useQuery({ queryKey: key, queryFn: api.list });
  useEffect(() => void pushState().then(setState), []);

  const attempt = async (work: () => Promise<unknown>, done: string) => {
    setBusy(true);
    try {
      await work();
      notify.success(done);
    } catch (error) {
      notify.error(t("error.notSaved"), explain(error));
    }
    setState(await pushState());
    setBusy(false);
    await client.invalidateQueries({ queryKey: key });
  };
  const enable = () => attempt(async () => { if ((await enablePush()) !== "on") throw new ToldError(t("push.denied")); }, t("push.on"));
  const remove = (device: PushDevice) => attempt(() => (device.id === thisDevice() ? removeThisDevice() : api.remove(device.id)), t("push.removed"));
  const registered = data?.items.some((device) => device.id === thisDevice()) ?? false;

  return (
    <SettingsGroup title={t("settings.devices")} text={t("settings.devicesText")}>
      <div className="flex flex-col gap-3">
        {state === "unsupported" && <p className="rounded-xl bg-hover px-4 py-3 text-[0.8125rem] text-muted">{t("push.unsupported")}</p>}
        {state === "denied" && <p className="rounded-xl bg-warn-soft px-4 py-3 text-[0.8125rem] text-warn">{t("push.denied")}</p>}
        {(state === "off" || (state === "on" && data && !registered)) && (
          <Card>
            <div className="flex min-h-15 items-center justify-between gap-6 px-4 py-3">
              <div><p className="font-medium">{t("push.ask")}</p><p className="mt-0.5 text-xs text-faint">{t("push.askText")}</p></div>
              <Button variant="primary" icon={BellRing} busy={busy} disabled={busy} onClick={() => void enable()}>{t("push.enable")}</Button>
            </div>
          </Card>
        )}
        {data && data.items.length > 0 && <List label={t("settings.devices")}>{data.items.map((device) => <Device key={device.id} device={device} busy={busy} onRemove={() => void remove(device)} />)}</List>}
      </div>
    </SettingsGroup>
  );
}

function Device({ device, busy, onRemove }: { device: PushDevice; busy: boolean; onRemove: () => void }) {
  const { t, locale } = useI18n();
  const zone = useZone();
  const now = useNow();
  const client = useQueryClient();
  const [testing, setTesting] = useState(false);
  async function test() {
    setTesting(true);
    try {
      const result = await api.test(device.id);
      if (result.delivered) notify.success(t("push.testSent"));
      else notify.error(t("push.testFailed"), explainDetail(result.detail));
    } catch (error) {
      notify.error(t("push.testFailed"), explain(error));
    }
    setTesting(false);
    await client.invalidateQueries({ queryKey: key });
  }
  const name = nameOf(device);
  return (
    <Item
      icon={/Android|iOS/.test(name) ? <Smartphone size={16} /> : <Laptop size={16} />}
      title={name}
      badge={device.id === thisDevice() ? <Badge>{t("push.thisDevice")}</Badge> : undefined}
      text={
        <>
          {device.last_success_at ? t("push.lastUsed", { when: relativeTime(device.last_success_at, locale, now) }) : t("push.neverUsed")}
          {" · "}{t("push.added", { date: formatInstant(device.created_at, locale, zone, { dateStyle: "medium" }) })}
          {device.failure_count > 0 && <span className="text-warn"> · {t("push.failures", { count: device.failure_count })}</span>}
        </>
      }
    >
      <Button size="sm" icon={Send} busy={testing} disabled={testing} onClick={() => void test()}>{t("push.test")}</Button>
      <IconButton icon={Trash2} label={t("push.remove", { name })} disabled={busy} onClick={onRemove} />
    </Item>
  );
}
