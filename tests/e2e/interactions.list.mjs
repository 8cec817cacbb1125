/** The interactions that interactions.mjs measures: how to get there, the key or click itself, how to get back. */
const FIRST = "[data-task-row] [data-title]";
const gone = (page) => page.locator("[role=dialog]").waitFor({ state: "hidden" });
const escape = async (page) => { await page.keyboard.press("Escape"); await gone(page); };
const focusRow = async (page) => { if (!(await page.evaluate((row) => document.activeElement?.matches(row), FIRST))) await page.keyboard.press("j"); };
const palette = async (page) => { await page.keyboard.press("Control+k"); await page.locator("[role=combobox]").waitFor(); };
const goTo = (first, second, path) => ({ before: (page) => page.evaluate(() => document.activeElement?.blur()), act: async (page) => { await page.keyboard.press(first); await page.keyboard.press(second); }, after: (page) => page.waitForURL(path) });
const key = (keys) => (page) => page.keyboard.press(keys);
const dialog = (name, keys) => ({ name, before: focusRow, act: key(keys), after: escape });
const button = (name, label) => ({ name, act: (page) => page.getByRole("button", { name: label, exact: true }).first().click(), after: async (page) => { await page.keyboard.press("Escape"); await page.waitForTimeout(150); } });
const inbox = async (page) => { if (!page.url().includes("/inbox/")) { await page.locator("nav a[href='/inbox/']").first().click(); await page.waitForURL("**/inbox/"); } };
const letters = (text, before, name, after) => [...text].map((letter, at) => ({
  name: `${name} "${text.slice(0, at + 1)}"`, before: at ? undefined : before, act: (page) => page.keyboard.press(letter === " " ? "Space" : letter), after: at === text.length - 1 ? after : undefined,
}));

export const INTERACTIONS = [
  { name: "J next row", before: focusRow, act: key("j") },
  { name: "K row before", before: focusRow, act: key("k") },
  { name: "X select", before: focusRow, act: key("x"), after: key("Escape") },
  { name: "Shift+J extend", before: focusRow, act: key("Shift+J"), after: key("Escape") },
  { name: "Ctrl+A select all", before: focusRow, act: key("Control+a") },
  { name: "Esc clear selection", act: key("Escape") },
  { name: "1 priority", before: focusRow, act: key("1") },
  { name: "Alt+Down reorder", before: focusRow, act: key("Alt+ArrowDown") },
  { name: "E complete", before: focusRow, act: key("e"), after: (page) => page.waitForTimeout(700) },
  { name: "Enter open details", before: focusRow, act: key("Enter") },
  { name: "J with details open", before: focusRow, act: key("j") },
  { name: "Esc close details", act: key("Escape"), after: (page) => page.locator("[data-task-panel]").waitFor({ state: "hidden" }) },
  { name: "click open details", act: (page) => page.locator(FIRST).nth(3).click(), after: (page) => page.keyboard.press("Escape") },
  dialog("Q quick add", "q"),
  ...letters("Bu", async (page) => { await page.keyboard.press("q"); await page.locator("[role=dialog] textarea").waitFor(); }, "quick add", escape),
  { name: "palette", act: key("Control+k"), after: escape },
  ...letters("task 77", palette, "palette", undefined),
  { name: "Esc close palette", act: key("Escape"), after: gone },
  dialog("T due dialog", "t"),
  dialog("L tags dialog", "l"),
  dialog("? shortcuts", "Shift+?"),
  button("sort menu", "Sort"),
  button("filter menu", "Filter"),
  { name: "filter: one priority", before: async (page) => { await page.getByRole("button", { name: "Filter", exact: true }).click(); await page.getByRole("menuitemcheckbox", { name: /^Urgent/ }).waitFor(); }, act: (page) => page.getByRole("menuitemcheckbox", { name: /^Urgent/ }).click(),
    after: async (page) => { await page.keyboard.press("Escape"); await page.getByRole("button", { name: "Filter", exact: true }).click(); await page.getByRole("menuitem", { name: /Clear/ }).click(); } },
  { name: "menu of a row", act: (page) => page.locator(FIRST).nth(2).click({ button: "right" }), after: async (page) => { await page.keyboard.press("Escape"); await page.waitForTimeout(150); } },
  button("notifications", "Notifications"),
  { name: "chat", act: key("Control+j"), after: async (page) => { await page.keyboard.press("Control+j"); await page.waitForTimeout(200); } },
  { name: "G T to Today", ...goTo("g", "t", "**/today/") },
  { name: "G U to Upcoming", ...goTo("g", "u", "**/upcoming/") },
  { name: "G I to Inbox", ...goTo("g", "i", "**/inbox/") },
  { name: "/ to Search", act: key("/"), after: (page) => page.waitForURL("**/search/**") },
  ...letters("tas", async (page) => page.locator("main input").first().focus(), "search", inbox),
];

/** A new account with 1,000 tasks, at the inbox, with everything loaded that loads while the page is idle. */
export async function prepare(page) {
  await page.goto("/sign-up/");
  await page.getByLabel("Email").fill(`interactions-${Date.now()}@example.com`);
  await page.getByLabel("Password", { exact: true }).fill("twelve green umbrellas");
  await page.getByRole("button", { name: "Create account" }).click();
  await page.waitForURL("**/today/");
  await page.evaluate(async () => {
    const ask = async (path, body) => (await fetch(path, { method: "POST", headers: { "Content-Type": "application/json", ...(token && { Authorization: `Bearer ${token}` }) }, body: JSON.stringify(body) })).json();
    let token = "";
    token = (await ask("/api/auth/refresh", {})).access_token;
    const day = (offset) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
    for (let part = 0; part < 10; part++) {
      await ask("/api/tasks/bulk", { operations: Array.from({ length: 100 }, (_, at) => ({ action: "create", task: { title: `Task ${part * 100 + at + 1}`, priority: ["none", "low", "medium", "high", "urgent"][at % 5], tags: at % 3 ? ["work"] : ["home", "garden"], ...(at % 4 === 0 && { due_on: day((at % 20) - 4) }) } })) });
    }
  });
  await page.goto("/inbox/");
  await page.getByRole("button", { name: "Task 1", exact: true }).waitFor();
  await page.waitForTimeout(4_000);
}
