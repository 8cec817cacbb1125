/**
 * After `next build`: writes into out/sw.js which files the service worker keeps, and a version that
 * changes exactly when one of them does.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";

const OUT = new URL("../out", import.meta.url).pathname;
const KEPT = /\.(html|js|css|woff2|txt|svg|png|webmanifest)$/;
const LEFT = /(^|\/)(sw\.js|404(\.html|\/)|_not-found)/;

const files = readdirSync(OUT, { recursive: true })
  .map((name) => relative(OUT, join(OUT, name)).split(sep).join("/"))
  .filter((name) => KEPT.test(name) && !LEFT.test(name) && statSync(join(OUT, name)).isFile())
  .sort();

const hash = createHash("sha256");
for (const name of files) hash.update(name).update(readFileSync(join(OUT, name)));
const urls = files.map((name) => `/${name === "index.html" ? "" : name.replace(/\/index\.html$/, "/")}`);

const worker = readFileSync(join(OUT, "sw.js"), "utf8")
  .replace('const VERSION = "dev";', `const VERSION = "${hash.digest("hex").slice(0, 16)}";`)
  .replace("const FILES = [];", `const FILES = ${JSON.stringify(urls)};`);
if (worker.includes('"dev"') || worker.includes("FILES = []")) throw new Error("public/sw.js does not have the expected constants");
writeFileSync(join(OUT, "sw.js"), worker);
console.log(`service worker: ${urls.length} files, ${Math.round(files.reduce((sum, name) => sum + statSync(join(OUT, name)).size, 0) / 1024)} KB`);
