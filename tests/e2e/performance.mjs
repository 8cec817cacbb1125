/**
 * Prints the figures of the web app beside their goals, and fails only below the floors: the goals are for a quiet machine, the floors
 * hold on a busy one too. Reads figures.json (performance.spec.ts); asks Lighthouse (desktop) and the budget itself.
 */
import { launch } from "chrome-launcher";
import lighthouse, { desktopConfig } from "lighthouse";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";

const ROUNDS = 3;
/** How many processes wait for each processor, four at most. Floors of times are that many times wider: a crowded machine says nothing about the page. */
const crowd = Math.min(4, Math.max(1, loadavg()[1] / availableParallelism()));
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const rows = [];
/** A figure with its goal and its floor; `least` for figures that must not be smaller. */
const judge = (name, value, unit, goal, floor, least = false) =>
  rows.push({ name, value, unit, goal, floor, met: least ? value >= goal : value <= goal, fails: least ? value < floor : value > floor, sign: least ? "≥" : "≤" });

async function scores() {
  const categories = ["performance", "accessibility", "best-practices"];
  const runs = [];
  for (let round = 0; round < ROUNDS; round++) {
    const chrome = await launch({ chromePath: process.env.CHROMIUM, chromeFlags: ["--headless=new", "--no-sandbox"] });
    try {
      const { lhr } = await lighthouse(`${process.env.BASE_URL}/sign-in/`, { port: chrome.port, onlyCategories: categories }, desktopConfig);
      runs.push(lhr);
    } finally {
      await chrome.kill();
    }
  }
  const score = (run, name) => Math.round((run.categories[name].score ?? 0) * 100);
  judge("Lighthouse performance", median(runs.map((run) => score(run, "performance"))), "", 98, Math.round(90 / Math.sqrt(crowd)), true);
  for (const name of categories.slice(1)) {
    judge(`Lighthouse ${name}`, median(runs.map((run) => score(run, name))), "", 100, 100, true);
    for (const { id } of runs[0].categories[name].auditRefs) if (runs[0].audits[id].score !== null && runs[0].audits[id].score < 0.9) console.log(`  ${name}: ${id}: ${runs[0].audits[id].displayValue ?? runs[0].audits[id].title}`);
  }
}

const budget = execFileSync("node", ["scripts/budget.mjs"], { cwd: new URL("../../frontend", import.meta.url), encoding: "utf8" });
judge("first-load JavaScript, largest page", Number(/first-load JS: ([\d.]+) KB/.exec(budget)?.[1] ?? NaN), "KB gz", 180, 235);
await scores();
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
