"use client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { BellRing, Laptop, Trash2 } from "lucide-react";
import { useEffect, useState } from "react";
import { enablePush, pushState, removeThisDevice, thisDevice, type PushState } from "@/lib/notifications";
import { push as api } from "@/shared/api/endpoints";
import { useI18n } from "@/shared/i18n";
import { relativeTime } from "@/shared/lib/dates";
import { useNow } from "@/shared/lib/now";
import { Button, IconButton } from "@/shared/ui/button";
import { notify } from "@/shared/ui/toast";
import { List, SettingsGroup } from "./section";

const key = ["push-devices"] as const;

export function Devices() {
  const { t, locale } = useI18n();
  const now = useNow();
  const client = useQueryClient();
  const [state, setState] = useState<PushState | null>(null);
  const { data } = useQuery({ queryKey: key, queryFn: api.list });
  useEffect(() => void pushState().then(setState), []);
  const refresh = () => client.invalidateQueries({ queryKey: key });

  const attempt = async (work: () => Promise<unknown>, done?: string) => {
    try {
      await work();
      if (done) notify.success(done);
    } catch (error) {
      notify.error(t("error.notSaved"), (error as Error).message);
    }
    setState(await pushState());
    await refresh();
  };

  return (
    <SettingsGroup title={t("settings.devices")} text={t("settings.devicesText")}>
      {state === "unsupported" && <p className="mb-3 rounded-lg bg-surface px-3 py-2 text-[0.8125rem] text-muted">{t("push.unsupported")}</p>}
      {state === "denied" && <p className="mb-3 rounded-lg bg-warn-soft px-3 py-2 text-[0.8125rem] text-warn">{t("push.denied")}</p>}
      {data && data.items.length > 0 && (
        <List>
          {data.items.map((device) => (
            <li key={device.id} className="flex items-center gap-3 px-3 py-2.5">
              <Laptop aria-hidden size={17} className="text-muted" />
              <div className="min-w-0 flex-1">
                <p className="truncate">{device.user_agent || device.endpoint_host}{device.id === thisDevice() && <span className="ml-2 rounded-full bg-accent-soft px-2 py-0.5 text-xs text-accent-text">{t("push.thisDevice")}</span>}</p>
                <p className="truncate text-xs text-faint">{device.last_success_at ? t("push.lastUsed", { when: relativeTime(device.last_success_at, locale, now) }) : t("push.neverUsed")}</p>
              </div>
              <Button size="sm" onClick={() => void attempt(() => api.test(device.id), t("push.testSent"))}>{t("push.test")}</Button>
              <IconButton icon={Trash2} label={t("push.remove", { name: device.user_agent || device.endpoint_host })} onClick={() => void attempt(() => (device.id === thisDevice() ? removeThisDevice() : api.remove(device.id)))} />
            </li>
          ))}
        </List>
      )}
      {state === "off" && <Button variant="primary" icon={BellRing} className="mt-3" onClick={() => void attempt(enablePush)}>{t("push.enable")}</Button>}
    </SettingsGroup>
  );
}
