"use client";
import { setSingleKeys, singleKeys } from "@/shared/commands/shortcuts";
import { useI18n } from "@/shared/i18n";
import { useStore } from "@/shared/lib/store";
import { Switch } from "@/shared/ui/form";
import { ShortcutList } from "@/features/palette/shortcut-list";
import { Card, SettingsGroup } from "./section";

export default function ShortcutsSection() {
  const { t } = useI18n();
  const on = useStore(singleKeys);
  return (
    <SettingsGroup title={t("settings.shortcuts")} text={t("settings.shortcutsText")}>
      <Card>
        <div className="px-4 py-2"><Switch label={t("shortcuts.single")} hint={t("shortcuts.singleHint")} checked={on} onChange={setSingleKeys} /></div>
        <div className="px-4 pt-4"><ShortcutList /></div>
      </Card>
    </SettingsGroup>
  );
}
