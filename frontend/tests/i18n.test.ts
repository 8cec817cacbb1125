import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { LANGUAGES, languageOf } from "@/shared/i18n";
import { en } from "@/shared/i18n/en";
import { formatMessage } from "@/shared/i18n/format";

const others = Object.entries(LANGUAGES).filter(([code]) => code !== "en");
const placeholders = (message: string) => [...message.matchAll(/\{(\w+)/g)].map((match) => match[1]!).sort();

test.each(others)("%s has every message of English, none more, none empty", async (_, { load }) => {
  const messages = await load();
  expect(Object.keys(messages).sort()).toEqual(Object.keys(en).sort());
  expect(Object.entries(messages).filter(([, message]) => !message.trim())).toEqual([]);
});

test.each(others)("%s fills the same placeholders as English", async (_, { load }) => {
  const messages: Record<string, string> = await load();
  const names = (message: string) => [...new Set(placeholders(message))];
  expect(Object.keys(en).filter((key) => names(messages[key]!).join() !== names(en[key as keyof typeof en]).join())).toEqual([]);
});

test("every plural has both forms, in every language", async () => {
  for (const { load } of Object.values(LANGUAGES)) {
    for (const [key, message] of Object.entries(await load())) {
      for (const [whole] of message.matchAll(/\{\w+\|[^{}]*(?:\{\w+\}[^{}]*)*\}/g)) expect(whole.split("|"), key).toHaveLength(3);
    }
  }
});

test("a language is one file, and each file is listed", () => {
  const files = readdirSync("src/shared/i18n").filter((name) => /^[a-z]{2}\.ts$/.test(name)).map((name) => name.slice(0, 2));
  expect(files.sort()).toEqual(Object.keys(LANGUAGES).sort());
});

test("every message is used somewhere", () => {
  const sources = (folder: string): string[] => readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? sources(`${folder}/${entry.name}`) : /i18n\/(en|de)\.ts$/.test(`${folder}/${entry.name}`) || !/\.tsx?$/.test(entry.name) ? [] : [readFileSync(`${folder}/${entry.name}`, "utf8")]));
  const code = sources("src").join("\n");
  // Keys made of a stem and a value (`priority.${each}`) are used by their stem.
  const stems = [...code.matchAll(/`([\w.]*[.\w])\$\{[^}]+\}([\w.]*)`/g)].map((match) => [match[1]!, match[2]!] as const);
  expect(Object.keys(en).filter((key) => !code.includes(`"${key}"`) && !stems.some(([start, end]) => key.startsWith(start) && key.endsWith(end)))).toEqual([]);
});

test.each([
  ["en", "{count|one task|# tasks}", { count: 1 }, "one task"],
  ["en", "{count|one task|# tasks}", { count: 0 }, "0 tasks"],
  ["en", "{count|one task|# tasks}", { count: 1234 }, "1,234 tasks"],
  ["de", "{count|eine Aufgabe|# Aufgaben}", { count: 1234 }, "1.234 Aufgaben"],
  ["en", "{count|“{title}”|# tasks} done", { count: 1, title: "a|b {c}" }, "“a|b {c}” done"],
  ["en", "Hello {name}", {}, "Hello {name}"],
])("%s: %s", (locale, message, values, expected) => {
  expect(formatMessage(locale, message, values)).toBe(expected);
});

test("a region does not change the language, an unknown language is English", () => {
  expect([languageOf("de-AT"), languageOf("DE"), languageOf("en-GB"), languageOf("fr")]).toEqual(["de", "de", "en", "en"]);
});

test("every kind of problem the server knows has a message in every language", async () => {
  const kinds = [...readFileSync("../shared/errors.py", "utf8").matchAll(/^ {4}slug = "([\w-]+)"$/gm)].map((match) => match[1]!);
  expect(kinds.length).toBeGreaterThan(10);
  for (const { load } of Object.values(LANGUAGES)) {
    const messages: Record<string, string | undefined> = await load();
    expect(kinds.filter((kind) => !messages[`problem.${kind}`])).toEqual([]);
  }
});

test("what the server says in English is shown only to those who read English", async () => {
  const { explain, explainDetail, explainField } = await import("@/shared/api/explain");
  const { ApiError, OfflineError } = await import("@/shared/api/errors");
  const { languageStore } = await import("@/shared/i18n");
  const { de } = await import("@/shared/i18n/de");
  const wrong = new ApiError({ type: "/api/docs#invalid-input", title: "Invalid input", status: 422, detail: "Too long.", errors: [{ field: "template.title", detail: "Too long." }] });
  const odd = new ApiError({ type: "about:blank", title: "I'm a teapot", status: 418 });
  expect([explain(wrong), explainField(wrong, "title"), explainDetail("gone")]).toEqual(["Too long.", "Too long.", "gone"]);
  languageStore.set({ locale: "de", language: "de", messages: de });
  expect([explain(wrong), explainField(wrong, "title"), explainField(wrong, "notes"), explainDetail("gone")]).toEqual([de["problem.invalid-input"], de["problem.invalid-input"], undefined, undefined]);
  expect([explain(odd), explain(new OfflineError()), explain(new SyntaxError("Unexpected token"))]).toEqual([de["problem.internal"], de["error.offline"], de["problem.invalid-input"]]);
  languageStore.set({ locale: "en", language: "en", messages: en });
});

test("no component shows the text of an error as it came", () => {
  // A text that is matched against known ones, or kept as a detail, is not shown.
  const kept = /const said = |new UnreadableFile\(/;
  const files = readdirSync("src/features", { recursive: true }).map(String).filter((name) => /\.tsx?$/.test(name));
  const lines = files.flatMap((name) => readFileSync(`src/features/${name}`, "utf8").split("\n").map((line) => `${name}: ${line.trim()}`));
  expect(lines.filter((line) => /\b(?:error|failure)\??\.message\b|as Error\)\.message/.test(line) && !kept.test(line))).toEqual([]);
});
