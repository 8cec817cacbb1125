/**
 * The app's language: English is in the first load, every other language is one lazily loaded file.
 *
 * A new language is a file beside `de.ts` plus its line in LANGUAGES.
 */
import { useMemo } from "react";
import { createStore, useStore } from "@/shared/lib/store";
import { en, type MessageKey, type Messages } from "./en";
import { formatMessage, type Values } from "./format";

export type { MessageKey } from "./en";

export const LANGUAGES: Record<string, { name: string; load: () => Promise<Messages> }> = {
  en: { name: "English", load: () => Promise.resolve(en) },
  de: { name: "Deutsch", load: async () => (await import("./de")).de },
};

interface Language {
  /** Full locale for Intl (dates, numbers), e.g. de-AT. */
  locale: string;
  /** The catalogue in use, e.g. de. */
  language: string;
  messages: Messages;
}

const KEY = "obsidianlist.locale";
export const languageStore = createStore<Language>({ locale: "en", language: "en", messages: en });

export const languageOf = (locale: string) => {
  const base = locale.split("-")[0]?.toLowerCase() ?? "en";
  return base in LANGUAGES ? base : "en";
};

let wanted = "";
/** Switch the language; unknown ones fall back to English with the locale's own date formats. The last wish holds, whichever file comes first. */
export async function setLocale(locale: string): Promise<void> {
  wanted = locale;
  const language = languageOf(locale);
  const messages = await LANGUAGES[language]!.load();
  if (wanted !== locale) return;
  localStorage.setItem(KEY, locale);
  document.documentElement.lang = language;
  if (languageStore.get().locale !== locale) languageStore.set({ locale, language, messages });
}

/** At start: the choice of the last visit, else the browser's. */
export const initialLocale = () => localStorage.getItem(KEY) ?? navigator.language ?? "en";

/** The locale to store for a chosen language: the browser's region is kept when it speaks that language. */
export const localeFor = (language: string) =>
  navigator.languages.find((locale) => languageOf(locale) === language && locale.includes("-")) ?? language;

export type Translate = (key: MessageKey, values?: Values) => string;

/** For code outside components (toasts, commands). */
export const t: Translate = (key, values) => {
  const { locale, messages } = languageStore.get();
  return formatMessage(locale, messages[key], values);
};

export function useI18n(): { t: Translate; locale: string; language: string } {
  const language = useStore(languageStore);
  return useMemo(
    () => ({
      t: (key: MessageKey, values?: Values) => formatMessage(language.locale, language.messages[key], values),
      locale: language.locale,
      language: language.language,
    }),
    [language],
  );
}
