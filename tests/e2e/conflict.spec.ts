import AxeBuilder from "@axe-core/playwright";
import { expect, test, type Page } from "@playwright/test";
import { apiOf } from "./api";
import { open, panelOf, settled, signUp, task } from "./person";

test.describe.configure({ timeout: 120_000 });

/** The title is changed here while nothing gets through, and elsewhere meanwhile. */
async function collide(page: Page): Promise<string> {
  await signUp(page);
  const api = await apiOf(page);
  const { id } = await api.task("Call the bank");
  await open(page, "/inbox/");
  await task(page, "Call the bank").click();
  await expect(panelOf(page)).toBeVisible();
  await page.route(`**/api/tasks/${id}`, (route) => (route.request().method() === "PATCH" ? route.abort("internetdisconnected") : route.continue()));
  // What happens elsewhere is not heard here while the connection is down.
  await page.route("**/api/live**", (route) => route.abort("internetdisconnected"));
  await panelOf(page).getByLabel("Title").fill("Call the bank about the loan");
  await panelOf(page).getByLabel("Title").press("Enter");
  await expect(page.getByText("1 change waiting")).toBeVisible();
  await api.call("PATCH", `/api/tasks/${id}`, { title: "Call the bank about the card" });
  await page.unroute(`**/api/tasks/${id}`);
  await page.getByRole("button", { name: "Try again" }).first().click();
  await expect(page.getByRole("dialog", { name: "Two versions" })).toBeVisible({ timeout: 20_000 });
  return id;
}

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });
    test("two versions stand side by side, without an axe violation", async ({ page }) => {
      await collide(page);
      const dialog = page.getByRole("dialog", { name: "Two versions" });
      await expect(dialog.getByRole("region", { name: "Your version" })).toContainText("Call the bank about the loan");
      await expect(dialog.getByRole("region", { name: "Other version" })).toContainText("Call the bank about the card");
      await page.waitForTimeout(300);
      expect((await new AxeBuilder({ page }).analyze()).violations.map(({ id, nodes }) => `${id} ${nodes[0]?.target.join(" ")}`)).toEqual([]);
    });
  });
}

for (const [button, kept] of [["Keep mine", "Call the bank about the loan"], ["Keep the other", "Call the bank about the card"]] as const) {
  test(`“${button}” by keyboard: that version is everywhere`, async ({ page }) => {
    const id = await collide(page);
    const choice = page.getByRole("button", { name: button });
    for (let tabs = 0; tabs < 8 && !(await choice.evaluate((node) => node === document.activeElement)); tabs++) await page.keyboard.press("Tab");
    await expect(choice).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(page.getByRole("dialog", { name: "Two versions" })).toBeHidden();
    await expect(task(page, kept)).toBeVisible();
    await settled(page);
    expect((await (await apiOf(page)).call("GET", `/api/tasks/${id}`)).title).toBe(kept);
  });
}
