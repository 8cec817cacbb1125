/** The API as the person of a page: for what a test needs to be there, and for asking whether it really is. */
import { expect, type Page } from "@playwright/test";

export type Json = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any
export interface Api { call(method: string, path: string, body?: unknown): Promise<Json>; task(title: string, rest?: Json): Promise<Json> }

/** Uses the page's own session; the page's cookie jar gets the renewed refresh token. */
export async function apiOf(page: Page): Promise<Api> {
  const token = await page.evaluate(async () => {
    const answer = await fetch("/api/auth/refresh", { method: "POST", headers: { "Content-Type": "application/json" }, body: "{}" });
    return ((await answer.json()) as { access_token: string }).access_token;
  });
  const call = async (method: string, path: string, body?: unknown): Promise<Json> => {
    const answer = await page.request.fetch(path, { method, headers: { Authorization: `Bearer ${token}` }, ...(body !== undefined && { data: body }) });
    expect(answer.ok(), `${method} ${path}: ${answer.status()} ${await answer.text()}`).toBe(true);
    return answer.status() === 204 ? {} : ((await answer.json()) as Json);
  };
  return { call, task: (title, rest = {}) => call("POST", "/api/tasks", { title, ...rest }) };
}

/** A calendar date so many days from today, in the browser's zone of the tests. */
export const day = (offset: number) => new Intl.DateTimeFormat("en-CA", { timeZone: "Europe/Berlin" }).format(Date.now() + offset * 86_400_000);
