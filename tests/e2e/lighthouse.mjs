/** Lighthouse (desktop) on the first page a person sees; fails below the goals. */
import lighthouse, { desktopConfig } from "lighthouse";
import { launch } from "chrome-launcher";

const goals = { performance: 98, accessibility: 100, "best-practices": 100 };
const chrome = await launch({ chromePath: process.env.CHROMIUM, chromeFlags: ["--headless=new", "--no-sandbox"] });
try {
  const { lhr } = await lighthouse(`${process.env.BASE_URL}/sign-in/`, { port: chrome.port, onlyCategories: Object.keys(goals) }, desktopConfig);
  let failed = false;
  for (const [name, goal] of Object.entries(goals)) {
    const score = Math.round((lhr.categories[name].score ?? 0) * 100);
    failed ||= score < goal;
    console.log(`lighthouse ${name}: ${score} (goal ${goal})`);
    if (score < goal) for (const { id } of lhr.categories[name].auditRefs) if (lhr.audits[id].score !== null && lhr.audits[id].score < 0.9) console.log(`  ${id}: ${lhr.audits[id].displayValue ?? lhr.audits[id].title}`);
  }
  console.log(`lighthouse CLS: ${lhr.audits["cumulative-layout-shift"].displayValue}`);
  process.exitCode = failed ? 1 : 0;
} finally {
  await chrome.kill();
}
