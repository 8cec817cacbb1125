/** One way to the server: token, JSON, problem details, one retry after an expired token. */
import { ApiError, OfflineError, problemOf } from "./errors";
import { accessToken, discardToken } from "./session";

export interface RequestOptions {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  query?: object;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** Do not send a token and do not refresh (sign in, sign up). */
  anonymous?: boolean;
}

export function queryString(query: object = {}): string {
  const pairs = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const item of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (item !== undefined && item !== null && item !== "") pairs.append(name, String(item));
    }
  }
  const text = pairs.toString();
  return text && `?${text}`;
}

async function send(path: string, options: RequestOptions, token: string | null): Promise<Response> {
  const headers: Record<string, string> = { Accept: "application/json", ...options.headers };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (options.body !== undefined) headers["Content-Type"] ??= "application/json";
  try {
    return await fetch(path + queryString(options.query), {
      method: options.method ?? "GET",
      headers,
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      credentials: "same-origin",
      signal: options.signal,
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new OfflineError(error);
  }
}

/** The raw answer, for streams; an error status is raised as ApiError. */
export async function fetchResponse(path: string, options: RequestOptions = {}): Promise<Response> {
  const token = options.anonymous ? null : await accessToken();
  let response = await send(path, options, token);
  if (response.status === 401 && token) {
    discardToken(token);
    const fresh = await accessToken();
    if (fresh) response = await send(path, options, fresh);
  }
  if (!response.ok) throw new ApiError(await problemOf(response));
  return response;
}

/** The answer's JSON; undefined for 204. */
export async function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const response = await fetchResponse(path, options);
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}
