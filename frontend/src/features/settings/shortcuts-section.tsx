"use client";
import { setSingleKeys, singleKeys } from "@/shared/commands/shortcuts";
import { useI18n } from "@/shared/i18n";
import { useStore } from "@/shared/lib/store";
import { Switch } from "@/shared/ui/form";
import { ShortcutList } from "@/features/palette/shortcut-list";
import { SettingsGroup } from "./section";

export default function ShortcutsSection() {
  const { t } = useI18n();
  const on = useStore(singleKeys);
  return (
    <SettingsGroup title={t("settings.shortcuts")} text={t("settings.shortcutsText")}>
      <Switch label={t("shortcuts.single")} hint={t("shortcuts.singleHint")} checked={on} onChange={setSingleKeys} />
      <div className="mt-4"><ShortcutList /></div>
    </SettingsGroup>
  );
}
