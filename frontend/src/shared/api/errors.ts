/**
 * What can go wrong with a request.
 *
 * ApiError: the server answered and said no (problem details, RFC 9457).
 * OfflineError: nobody answered; the same request may go through later.
 */
import type { Problem } from "./types";

export class ApiError extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.detail ?? problem.title);
    this.name = "ApiError";
    this.problem = problem;
  }
  get status() {
    return this.problem.status;
  }
  /** Seconds until another try makes sense (429). */
  get retryAfter() {
    return this.problem.retry_after ?? 1;
  }
  /** Busy, restarting or rate limited: worth another try with the same idempotency key. */
  get transient() {
    return this.status === 429 || this.status >= 500;
  }
  /** The message for one form field, if the server complained about it. */
  field(name: string): string | undefined {
    return this.problem.errors?.find((error) => error.field === name || error.field.endsWith(`.${name}`))?.detail;
  }
}

export class OfflineError extends Error {
  constructor(cause?: unknown) {
    super("No connection", { cause });
    this.name = "OfflineError";
  }
}

export async function problemOf(response: Response): Promise<Problem> {
  const retry_after = Number(response.headers.get("Retry-After")) || undefined;
  const fallback: Problem = { type: "about:blank", title: response.statusText || `HTTP ${response.status}`, status: response.status, retry_after };
  try {
    const body = (await response.json()) as Partial<Problem>;
    return { ...fallback, ...body, status: response.status };
  } catch {
    return fallback;
  }
}
