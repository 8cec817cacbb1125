/** The colours of globals.css against the surfaces they stand on: 3:1 for what is no text (WCAG 1.4.11). */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { TAG_COLORS } from "@/shared/api/types";

const css = readFileSync("src/app/globals.css", "utf8");
const themes = { light: /:root \{([^}]*)\}/, dark: /\n\.dark \{([^}]*)\}/ };
const tokensOf = (pattern: RegExp) => new Map([...pattern.exec(css)![1]!.matchAll(/--([\w-]+): (#[0-9a-f]{6})/g)].map((match) => [match[1]!, match[2]!]));

function luminance(color: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16) / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}
function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light! + 0.05) / (dark! + 0.05);
}

test.each(Object.entries(themes))("rings and every tag's dot are seen on every surface (%s)", (_, pattern) => {
  const tokens = tokensOf(pattern);
  const low = ["ring", ...TAG_COLORS.map((color) => `tag-${color}`)].flatMap((name) =>
    ["bg", "surface", "raised"].map((surface) => ({ name, surface, ratio: contrast(tokens.get(name)!, tokens.get(surface)!) })).filter(({ ratio }) => !(ratio >= 3)));
  expect(low).toEqual([]);
});
