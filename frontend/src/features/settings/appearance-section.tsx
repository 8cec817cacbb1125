"use client";
import { useTheme } from "next-themes";
import type { CSSProperties } from "react";
import { useI18n } from "@/shared/i18n";
import { cx } from "@/shared/lib/cx";
import { SettingsGroup } from "./section";

const THEMES = ["light", "dark", "system"] as const;

export default function AppearanceSection() {
  const { t } = useI18n();
  const { theme, setTheme } = useTheme();
  return (
    <SettingsGroup title={t("settings.theme")} text={t("settings.themeText")}>
      <fieldset className="grid grid-cols-3 gap-3 sm:gap-4">
        <legend className="sr-only">{t("settings.theme")}</legend>
        {THEMES.map((value) => (
          <label key={value} className="group flex flex-col gap-2 text-[0.8125rem]">
            <input type="radio" name="theme" className="peer sr-only" checked={theme === value} onChange={() => setTheme(value)} />
            <span aria-hidden className={cx("block overflow-hidden rounded-xl border peer-focus-visible:outline-2 peer-focus-visible:outline-offset-2 peer-focus-visible:outline-accent-text", theme === value ? "border-accent-text ring-1 ring-accent-text" : "border-line-strong group-hover:border-faint")}>
              {value === "system" ? <span className="grid grid-cols-2"><Preview dark={false} half /><Preview dark half /></span> : <Preview dark={value === "dark"} />}
            </span>
            <span className={cx("px-0.5", theme === value ? "font-medium text-accent-text" : "text-muted")}>{t(`theme.${value}`)}{value === "system" && <span className="block text-xs font-normal text-faint max-sm:hidden">{t("theme.systemHint")}</span>}</span>
          </label>
        ))}
      </fieldset>
    </SettingsGroup>
  );
}

/** The app in small, in its own colours. */
function Preview({ dark, half }: { dark: boolean; half?: boolean }) {
  return (
    <span className={cx("flex h-24 gap-1.5 bg-surface p-2 pr-0 pb-0", dark && "dark")} style={dark ? undefined : LIGHT}>
      {!half && <span className="mt-1 flex w-1/4 flex-col gap-1.5">{[70, 90, 55].map((width) => <span key={width} className="h-1.5 rounded-full bg-line-strong" style={{ width: `${width}%` }} />)}</span>}
      <span className="flex flex-1 flex-col gap-2 rounded-tl-lg border-t border-l border-line bg-bg p-2">
        {[60, 80, 45].map((width, row) => (
          <span key={width} className="flex items-center gap-1.5">
            <span className={cx("size-2.5 shrink-0 rounded-full border", row === 0 ? "border-accent bg-accent" : "border-line-strong")} />
            <span className="h-1.5 rounded-full bg-line-strong" style={{ width: `${width}%` }} />
          </span>
        ))}
      </span>
    </span>
  );
}
/** The light theme's tokens (globals.css), so that its preview is light on a dark page. */
const LIGHT = { "--bg": "#ffffff", "--surface": "#fbfbfc", "--line": "#e8e8ec", "--line-strong": "#d3d3da", "--accent": "#5a4ad9" } as CSSProperties;
