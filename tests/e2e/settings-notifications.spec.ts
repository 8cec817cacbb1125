import { createServer } from "node:http";
import { createECDH, randomBytes } from "node:crypto";
import { expect, test } from "@playwright/test";
import { apiOf } from "./api";
import { signUp } from "./person";
import { listen, PUSH_ORIGIN } from "./push-service";

test("channels, quiet hours and what new tasks start with are kept", async ({ page }) => {
  await signUp(page);
  await page.goto("/settings/?section=notifications");
  await page.getByRole("checkbox", { name: "Reminders: Email", exact: true }).uncheck();
  await page.getByRole("checkbox", { name: "Missed reminders: Push" }).check();
  await page.getByRole("switch", { name: "Email when no device can be reached" }).uncheck();
  await page.getByRole("switch", { name: "Keep quiet at night" }).check();
  await page.getByLabel("From").fill("23:15");
  await page.getByLabel("From").blur();
  await expect(page.getByText(/Quiet from 23:15 to 0?7:00/)).toBeVisible();
  await page.getByLabel("Reminder for new tasks").selectOption({ label: "10 minutes before" });
  await page.getByLabel("Time for all-day tasks").fill("08:30");
  await page.getByLabel("Time for all-day tasks").blur();
  await expect(page.getByText("Saved", { exact: true }).first()).toBeVisible();
  await page.reload();
  await expect(page.getByRole("checkbox", { name: "Reminders: Email", exact: true })).not.toBeChecked();
  await expect(page.getByRole("checkbox", { name: "Reminders: Push", exact: true })).toBeChecked();
  await expect(page.getByRole("checkbox", { name: "Missed reminders: Push" })).toBeChecked();
  await expect(page.getByRole("switch", { name: "Email when no device can be reached" })).not.toBeChecked();
  await expect(page.getByLabel("From")).toHaveValue("23:15");
  await expect(page.getByLabel("Reminder for new tasks")).toHaveValue("10");
  await expect(page.getByLabel("Time for all-day tasks")).toHaveValue("08:30");
  const api = await apiOf(page);
  const task = await api.task("With a time", { due_at: "2027-07-01T12:00:00Z" });
  expect(task.reminders).toEqual([expect.objectContaining({ minutes_before: 10 })]);
});

test("a device is tested through its push service and removed", async ({ page }) => {
  test.setTimeout(180_000);
  const origin = PUSH_ORIGIN;
  test.skip(!origin, "PUSH_ALLOWED_TEST_ORIGIN is not set: the bundle under test sends to no push service on this machine (run.sh sets it)");
  const path = `/device-${randomBytes(6).toString("hex")}`;
  const pushed: string[] = [];
  let status = 201;
  const service = createServer((request, response) => {
    pushed.push(`${request.method} ${request.url} ${request.headers["content-encoding"]}`);
    request.resume();
    response.writeHead(status).end();
  });
  await listen(service);
  try {
    await signUp(page);
    const api = await apiOf(page);
    const ecdh = createECDH("prime256v1");
    ecdh.generateKeys();
    await api.call("POST", "/api/push-subscriptions", { endpoint: `${origin}${path}`, keys: { p256dh: ecdh.getPublicKey("base64url"), auth: randomBytes(16).toString("base64url") }, user_agent: "Firefox on Windows" });
    await page.goto("/settings/?section=notifications");
    const device = page.getByRole("list", { name: "Push on devices" }).getByRole("listitem");
    await expect(device).toContainText("Firefox on Windows");
    await expect(device).toContainText("Not used yet");
    await device.getByRole("button", { name: "Send test" }).click();
    await expect(page.getByText("Test message sent")).toBeVisible();
    expect(pushed).toEqual([`POST ${path} aes128gcm`]);
    await expect(device).toContainText(/Last used/);
    status = 500;
    await device.getByRole("button", { name: "Send test" }).click();
    await expect(page.getByText("The test did not arrive")).toBeVisible();
    await device.getByRole("button", { name: "Remove Firefox on Windows" }).click();
    await expect(page.getByText("Firefox on Windows")).toBeHidden();
    await page.reload();
    await expect(page.getByRole("heading", { name: "Ways to reach you" })).toBeVisible();
    await expect(page.getByText("Firefox on Windows")).toBeHidden();
  } finally {
    service.close();
  }
});
