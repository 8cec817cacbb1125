import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: ".",
  testMatch: "*.spec.ts",
  timeout: 45_000,
  expect: { timeout: 8_000 },
  workers: 2,
  // On CI's shared cores a page is late at times; what passes only then is printed as flaky.
  retries: process.env.CI ? 1 : 0,
  fullyParallel: false,
  projects: [
    { name: "flows", testIgnore: "performance.spec.ts" },
    { name: "performance", testMatch: "performance.spec.ts" },
  ],
  reporter: [["list"]],
  outputDir: "test-results",
  use: {
    baseURL: process.env.BASE_URL ?? "http://localhost:8080",
    timezoneId: "Europe/Berlin",
    locale: "en-GB",
    launchOptions: { executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] },
  },
});
