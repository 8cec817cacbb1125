/** What the browser and the system do with the page: printing, less motion, installing, opening it by a shortcut or a share. */
import { expect, test } from "@playwright/test";
import { apiOf } from "./api";
import { open, row, signUp, task } from "./person";

test("a printed list is dark on white, has every row, one under the other, and nothing to press", async ({ page }) => {
  await signUp(page);
  const api = await apiOf(page);
  await api.call("POST", "/api/tasks/bulk", { operations: Array.from({ length: 90 }, (_, at) => ({ action: "create", task: { title: `Line ${at + 1}`, tags: ["paper"] } })) });
  await page.emulateMedia({ colorScheme: "dark" });
  await open(page, "/inbox/");
  await expect(task(page, "Line 1")).toBeVisible();
  expect(await page.locator("[data-task-row]").count()).toBeLessThan(90);

  await page.emulateMedia({ colorScheme: "dark", media: "print" });
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  await expect(page.locator("[data-task-row]")).toHaveCount(90);
  const printed = await page.evaluate(() => {
    const boxes = [...document.querySelectorAll("[data-task-row]")].map((each) => each.getBoundingClientRect());
    return {
      overlapping: boxes.filter((box, at) => at > 0 && box.top < boxes[at - 1]!.bottom - 1).length,
      height: document.documentElement.scrollHeight, needed: boxes.at(-1)!.bottom - boxes[0]!.top,
    };
  });
  expect(printed.overlapping).toBe(0);
  expect(printed.height).toBeGreaterThan(printed.needed);
  const colors = () => page.evaluate(() => [document.body, document.querySelector("[data-title]")!].map((each, at) => getComputedStyle(each)[at ? "color" : "backgroundColor"]));
  await expect.poll(colors, { message: "dark on white" }).toEqual(["rgb(255, 255, 255)", "rgb(0, 0, 0)"]);
  for (const name of ["Filter", "Sort", "Add task"]) await expect(page.getByRole("button", { name, exact: true }).first()).toBeHidden();
  await expect(page.getByRole("navigation").first()).toBeHidden();

  await page.emulateMedia({ colorScheme: "dark", media: "screen" });
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  await expect.poll(() => page.locator("[data-task-row]").count()).toBeLessThan(90);
});

test("with reduced motion nothing moves: dialogs, panels, toasts and ticks are there at once", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await signUp(page);
  const api = await apiOf(page);
  await api.task("Sit still");
  await page.addInitScript(() => {
    const scope = window as unknown as { slow: string[] };
    scope.slow = [];
    const note = (event: AnimationEvent | TransitionEvent) => {
      for (const animation of document.getAnimations()) {
        const { duration } = animation.effect!.getComputedTiming();
        const target = (animation.effect as KeyframeEffect).target;
        if (Number(duration) > 5) scope.slow.push(`${event.type} ${target?.className} ${String(duration)}`);
      }
    };
    for (const name of ["animationstart", "transitionrun"] as const) addEventListener(name, note, true);
  });
  await open(page, "/inbox/");
  await task(page, "Sit still").focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("complementary", { name: "Task details" })).toBeVisible();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("dialog")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();
  await page.getByRole("button", { name: "Sort", exact: true }).click();
  await expect(page.getByRole("menu")).toBeVisible();
  await page.keyboard.press("Escape");
  await row(page, "Sit still").getByRole("checkbox").click();
  await expect(page.getByRole("button", { name: "Undo" })).toBeVisible();
  expect(await page.evaluate(() => (window as unknown as { slow: string[] }).slow)).toEqual([]);
});

test("the app can be installed: manifest without errors, icons of the sizes it names, shortcuts that lead somewhere", async ({ page, request }) => {
  await signUp(page);
  const session = await page.context().newCDPSession(page);
  const { url, errors, data } = await session.send("Page.getAppManifest");
  expect(errors).toEqual([]);
  const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");
  // A test's browser profile is a private one, which installs nothing.
  expect(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== "in-incognito")).toEqual([]);
  const manifest = JSON.parse(data!) as { start_url: string; icons: { src: string; sizes: string }[]; shortcuts: { url: string }[] };
  for (const { src, sizes } of manifest.icons.filter((icon) => icon.sizes !== "any")) {
    const [width, height] = await page.evaluate(async (address) => {
      const image = new Image();
      image.src = address;
      await image.decode();
      return [image.naturalWidth, image.naturalHeight];
    }, src);
    expect(`${src} ${width}x${height}`).toBe(`${src} ${sizes}`);
  }
  for (const path of [manifest.start_url, ...manifest.shortcuts.map((each) => each.url)]) expect((await request.get(new URL(path, url).href)).status(), path).toBe(200);
});

test("the installed app's shortcut and a text shared from elsewhere open quick add, once", async ({ page }) => {
  await signUp(page);
  await page.goto("/today/?add=1");
  await expect(page.getByLabel("New task")).toHaveValue("");
  await expect(page).toHaveURL(/\/today\/$/);
  await page.goto("/today/?add=An+article&text=worth+reading&url=https%3A%2F%2Fexample.com");
  await expect(page.getByLabel("New task")).toHaveValue("An article worth reading https://example.com");
  await page.keyboard.press("Control+Enter");
  await expect(page.getByLabel("New task")).toHaveValue("");
  await page.reload();
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.locator('[data-ready="true"]')).toBeAttached();
  await expect(page.getByRole("dialog")).toHaveCount(0);
});
