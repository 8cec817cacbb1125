/** First-load JavaScript of every page in gzip KB, against the budget. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const OUT = new URL("../out", import.meta.url).pathname;
const BUDGET_KB = 235;
const sizes = new Map();
const size = (file) => {
  if (!sizes.has(file)) sizes.set(file, gzipSync(readFileSync(join(OUT, file)), { level: 9 }).length);
  return sizes.get(file);
};

const pages = readdirSync(OUT, { recursive: true }).filter((name) => name.endsWith("index.html") && !/_not-found|404/.test(name)).sort();
let worst = 0;
for (const page of pages) {
  const html = readFileSync(join(OUT, page), "utf8");
  // Scripts with `nomodule` are for browsers that know no modules; no browser in use loads them.
  const scripts = [...html.matchAll(/<script\b[^>]*>/g)].map(([tag]) => tag).filter((tag) => !/nomodule/i.test(tag)).map((tag) => /src="([^"?]+)/.exec(tag)?.[1]).filter(Boolean);
  const bytes = [...new Set(scripts)].reduce((sum, file) => sum + size(file), 0);
  worst = Math.max(worst, bytes);
  console.log(`${(bytes / 1024).toFixed(1).padStart(7)} KB  /${page.replace(/index\.html$/, "")}`);
}
console.log(`first-load JS: ${(worst / 1024).toFixed(1)} KB gzip at most (budget ${BUDGET_KB} KB)`);
if (worst > BUDGET_KB * 1024) process.exit(1);
