/** Screenshots of every screen, phone and desktop, light and dark, for the eye. Usage: node shots.mjs URL FOLDER */
import { chromium } from "@playwright/test";
import { mkdirSync } from "node:fs";

const [base = "http://localhost:8080", folder = "test-results/screens"] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const SCREENS = ["today", "inbox", "upcoming", "tag/?name=home", "search/?q=rent", "completed", "trash", "activity", "recurring", "notifications", "settings", "settings/?section=notifications", "settings/?section=tokens", "connect"];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
const email = `shots-${Date.now()}@example.com`;

async function sample(page) {
  await page.goto(`${base}/sign-up/`);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill("twelve green umbrellas");
  await page.screenshot({ path: `${folder}/sign-up.png` });
  await page.getByRole("button", { name: "Create account" }).click();
  await page.waitForURL(/today/);
  await page.waitForTimeout(1200);
  await page.screenshot({ path: `${folder}/empty-today.png` });
  const day = (offset) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
  const token = await page.evaluate(async () => (await (await fetch("/api/auth/refresh", { method: "POST", headers: { "Content-Type": "application/json" }, body: "{}" })).json()).access_token);
  const task = (title, rest = {}) => ({ action: "create", task: { title, ...rest } });
  const operations = [
    task("Pay rent", { due_on: day(0), priority: "high", tags: ["home"] }), task("Send the contract to Anna", { due_on: day(-2), priority: "urgent", tags: ["work"] }),
    task("Book the dentist", { due_on: day(-1), tags: ["health"] }), task("Stand-up", { due_at: `${day(0)}T18:30:00Z`, due_tz: "UTC", tags: ["work"] }),
    task("Water the plants", { due_on: day(1), tags: ["home", "garden"] }), task("Prepare the quarterly review", { due_on: day(3), priority: "medium", tags: ["work"], notes: "**Figures** first, then the story.\n\n- ask Ben\n- see https://example.com" }),
    task("Read the paper on event logs"), task("Find a birthday present for Mia", { priority: "low", tags: ["family"] }), ...Array.from({ length: 30 }, (_, at) => task(`Idea number ${at + 1}`)),
  ];
  await page.evaluate(async ([operations, token]) => { const r = await fetch("/api/tasks/bulk", { method: "POST", headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` }, body: JSON.stringify({ operations }) }); if (!r.ok) throw new Error(await r.text()); }, [operations, token]);
  return page.context().storageState();
}

const first = await browser.newContext({ viewport: { width: 1360, height: 860 } });
const state = await sample(await first.newPage());
for (const [device, viewport] of [["desktop", { width: 1360, height: 860 }], ["phone", { width: 390, height: 844 }]]) {
  for (const colorScheme of ["light", "dark"]) {
    const context = await browser.newContext({ viewport, colorScheme, storageState: state, hasTouch: device === "phone", isMobile: device === "phone" });
    const page = await context.newPage();
    page.on("console", (message) => message.type() === "error" && console.log(device, colorScheme, page.url(), message.text().slice(0, 300)));
    for (const screen of SCREENS) {
      await page.goto(`${base}/${screen.includes("?") ? screen : `${screen}/`}`);
      await page.waitForTimeout(900);
      await page.screenshot({ path: `${folder}/${device}-${colorScheme}-${screen.replace(/\W+/g, "-")}.png` });
    }
    await page.goto(`${base}/inbox/`);
    await page.waitForTimeout(1800);
    await page.getByRole("button", { name: "Prepare the quarterly review", exact: true }).click();
    await page.waitForTimeout(700);
    await page.screenshot({ path: `${folder}/${device}-${colorScheme}-detail.png` });
    await page.keyboard.press("Escape");
    if (device === "desktop") {
      await page.keyboard.press("q");
      await page.getByLabel("New task").fill("Pay rent every 1st at 9 !high #home");
      await page.waitForTimeout(900);
      await page.screenshot({ path: `${folder}/${device}-${colorScheme}-quick-add.png` });
      await page.getByRole("button", { name: "Cancel" }).click();
      await page.keyboard.press("Control+k");
      await page.waitForTimeout(500);
      await page.screenshot({ path: `${folder}/${device}-${colorScheme}-palette.png` });
    }
    state.cookies = (await context.storageState()).cookies;
    await context.close();
  }
}
await browser.close();
