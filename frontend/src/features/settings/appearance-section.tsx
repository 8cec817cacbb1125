"use client";
import { Laptop, Moon, Sun } from "lucide-react";
import { useTheme } from "next-themes";
import { useI18n } from "@/shared/i18n";
import { cx } from "@/shared/lib/cx";
import { SettingsGroup } from "./section";

const THEMES = [["light", Sun], ["dark", Moon], ["system", Laptop]] as const;

export default function AppearanceSection() {
  const { t } = useI18n();
  const { theme, setTheme } = useTheme();
  return (
    <SettingsGroup title={t("settings.theme")} text={t("settings.themeText")}>
      <fieldset className="grid max-w-md grid-cols-3 gap-3">
        <legend className="sr-only">{t("settings.theme")}</legend>
        {THEMES.map(([value, Icon]) => (
          <label key={value} className={cx("flex flex-col items-center gap-2.5 rounded-xl border p-4 text-[0.8125rem] has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent-text", theme === value ? "border-accent-text bg-accent-soft font-medium text-accent-text" : "border-line-strong text-muted hover:bg-hover")}>
            <input type="radio" name="theme" className="sr-only" checked={theme === value} onChange={() => setTheme(value)} />
            <Icon aria-hidden size={20} />
            {t(`theme.${value}`)}
          </label>
        ))}
      </fieldset>
    </SettingsGroup>
  );
}
