/**
 * Prints the figures of the web app beside their goals, and fails only below the floors: the goals are for a quiet machine, the floors
 * hold on a busy one too. Reads figures.json (performance.spec.ts); asks Lighthouse (desktop) and the budget itself.
 */
import { chromium } from "@playwright/test";
import lighthouse, { desktopConfig } from "lighthouse";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { prepare } from "./interactions.list.mjs";

const ROUNDS = 3;
/** How many processes wait for each processor, four at most. Floors of times are that many times wider: a crowded machine says nothing about the page. */
const crowd = Math.min(4, Math.max(1, loadavg()[1] / availableParallelism()));
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const rows = [];
/** A figure with its goal and its floor; `least` for figures that must not be smaller. */
const judge = (name, value, unit, goal, floor, least = false) =>
  rows.push({ name, value, unit, goal, floor, met: least ? value >= goal : value <= goal, fails: least ? value < floor : value > floor, sign: least ? "≥" : "≤" });

const CATEGORIES = ["performance", "accessibility", "best-practices"];

/** Lighthouse's opinion of one page; it keeps cookies and the page's own data, and forgets caches and service workers. */
async function scores(name, path, port, least = { performance: 90, others: 100 }) {
  const runs = [];
  for (let round = 0; round < ROUNDS; round++) runs.push((await lighthouse(`${process.env.BASE_URL}${path}`, { port, onlyCategories: CATEGORIES }, desktopConfig)).lhr);
  const score = (run, category) => Math.round((run.categories[category].score ?? 0) * 100);
  judge(`Lighthouse performance, ${name}`, median(runs.map((run) => score(run, "performance"))), "", 98, Math.round(least.performance / Math.sqrt(crowd)), true);
  for (const category of CATEGORIES.slice(1)) {
    judge(`Lighthouse ${category}, ${name}`, median(runs.map((run) => score(run, category))), "", 100, least.others, true);
    for (const { id } of runs[0].categories[category].auditRefs) if (runs[0].audits[id].score !== null && runs[0].audits[id].score < 0.9) console.log(`  ${name}: ${id}: ${runs[0].audits[id].displayValue ?? runs[0].audits[id].title}`);
  }
  judge(`layout shift while loading, ${name}`, median(runs.map((run) => run.audits["cumulative-layout-shift"].numericValue)), "", 0.02, 0.1);
}

/** The sign-in page, and the list of a person with 1,000 tasks. A profile of its own, so that Lighthouse's tab is signed in too. */
async function bothPages() {
  const profile = mkdtempSync(join(tmpdir(), "obsidianlist-lighthouse-"));
  const port = await freePort();
  const context = await chromium.launchPersistentContext(profile, { executablePath: process.env.CHROMIUM, baseURL: process.env.BASE_URL, viewport: { width: 1350, height: 940 }, args: ["--no-sandbox", `--remote-debugging-port=${port}`] });
  try {
    await scores("sign-in", "/sign-in/", port);
    await prepare(await context.newPage());
    // Lower floors: the page asks a server that works on the same processors, and an answer it is refused counts as an error in the console.
    await scores("1,000 tasks", "/inbox/", port, { performance: 50, others: 90 });
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

const freePort = () => new Promise((resolve) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

const budget = execFileSync("node", ["scripts/budget.mjs"], { cwd: new URL("../../frontend", import.meta.url), encoding: "utf8" });
judge("first-load JavaScript, largest page", Number(/first-load JS: ([\d.]+) KB/.exec(budget)?.[1] ?? NaN), "KB gz", 180, 235);
await bothPages();
const figures = new URL("figures.json", import.meta.url);
if (existsSync(figures)) {
  const { interaction, frame, feedback, shift } = JSON.parse(readFileSync(figures, "utf8"));
  judge("slowest interaction, 1,000 tasks, CPU ÷ 4", interaction, "ms", 100, Math.round(400 * crowd));
  judge("longest frame while reordering", frame, "ms", 16.7, Math.round(50 * crowd));
  judge("key to screen", feedback, "ms", 50, Math.round(150 * crowd));
  judge("layout shift (CLS)", shift, "", 0.02, 0.1);
}

const text = (value, unit) => `${Number.isInteger(value) ? value : value?.toFixed(value < 1 ? 4 : 1)} ${unit}`.trim();
if (crowd > 1.2) console.log(`\nthe machine is busy: floors of times are ${crowd.toFixed(1)} times wider`);
console.log(`\n${"figure".padEnd(44)}${"measured".padStart(12)}${"goal".padStart(12)}${"floor".padStart(12)}`);
for (const { name, value, unit, goal, floor, met, fails, sign } of rows) {
  console.log(`${name.padEnd(44)}${text(value, unit).padStart(12)}${`${sign} ${goal}`.padStart(12)}${`${sign} ${floor}`.padStart(12)}  ${fails ? "FAILS" : met ? "met" : "missed"}`);
}
if (rows.some(({ fails, value }) => fails || !Number.isFinite(value))) process.exitCode = 1;
