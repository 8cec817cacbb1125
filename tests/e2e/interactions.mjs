/**
 * What each interaction costs the page's main thread with 1,000 tasks on a processor four times slower, from a Chromium trace.
 *
 * Counted is processor time (not the clock) from the key or click to the frame that shows it, so that two runs can be compared while
 * others use the machine; beside it stands the duration of the Event Timing API, which is what INP counts and what waits for the machine as
 * well. Usage, with a running bundle: BASE_URL=http://localhost:8080 node interactions.mjs [words of the names to run]
 */
import { chromium } from "@playwright/test";
import { writeFileSync } from "node:fs";
import { INTERACTIONS, prepare } from "./interactions.list.mjs";
import { costOf } from "./interactions.trace.mjs";

const ROUNDS = Number(process.env.ROUNDS ?? 4);
const CATEGORIES = ["devtools.timeline", "toplevel", "loading", "v8", "disabled-by-default-v8.gc"];
const wanted = process.argv.slice(2);
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? NaN;

async function traced(session, act) {
  const events = [];
  const collect = ({ value }) => events.push(...value);
  session.on("Tracing.dataCollected", collect);
  await session.send("Tracing.start", { transferMode: "ReportEvents", traceConfig: { includedCategories: CATEGORIES } });
  await act();
  const complete = new Promise((resolve) => session.once("Tracing.tracingComplete", resolve));
  await session.send("Tracing.end");
  await complete;
  session.off("Tracing.dataCollected", collect);
  return events;
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
const page = await (await browser.newContext({ baseURL: process.env.BASE_URL ?? "http://localhost:8080", viewport: { width: 1280, height: 800 }, locale: "en-GB", timezoneId: "Europe/Berlin" })).newPage();
page.on("pageerror", (error) => console.log("page error:", error.message));
await page.addInitScript(() => {
  window.timings = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (entry.interactionId) window.timings.push({ name: entry.name, duration: entry.duration });
  }).observe({ type: "event", durationThreshold: 16, buffered: true });
});
await prepare(page);
const session = await page.context().newCDPSession(page);
const figures = new Map();
for (let round = 0; round < ROUNDS; round++) {
  for (const { name, before, act, after } of INTERACTIONS) {
    if (wanted.length && !wanted.some((word) => name.includes(word))) continue;
    await before?.(page);
    await page.waitForTimeout(350);
    await session.send("Emulation.setCPUThrottlingRate", { rate: 4 });
    await page.evaluate(() => void (window.timings = []));
    const events = await traced(session, async () => { await act(page); await page.waitForTimeout(500); });
    await session.send("Emulation.setCPUThrottlingRate", { rate: 1 });
    const timings = await page.evaluate(() => window.timings);
    await after?.(page);
    const rows = figures.get(name) ?? [];
    rows.push({ ...costOf(events), event: Math.max(0, ...timings.map(({ duration }) => duration)) });
    figures.set(name, rows);
    if (process.env.TRACE === name) writeFileSync("trace.json", JSON.stringify({ traceEvents: events }));
  }
}
await browser.close();

const COLUMNS = ["cpu", "script", "style", "layout", "paint", "other", "event"];
console.log(`${"interaction".padEnd(36)}${"first".padStart(7)}${COLUMNS.map((column) => column.padStart(8)).join("")}   (ms; first round, then medians of the others)`);
for (const [name, rows] of figures) {
  const rest = rows.length > 1 ? rows.slice(1) : rows;
  console.log(`${name.padEnd(36)}${rows[0].cpu.toFixed(0).padStart(7)}${COLUMNS.map((column) => median(rest.map((row) => row[column])).toFixed(0).padStart(8)).join("")}`);
}
if (process.env.FIGURES) writeFileSync(process.env.FIGURES, JSON.stringify(Object.fromEntries(figures)));
