/**
 * Typed calls of the API: paths, parameters, bodies and answers are those of the OpenAPI document.
 *
 * `schema.d.ts` is made from it by `npm run api`; `make web-lint` fails when the two differ. All of this is types: what is left at
 * run time is one function over http.ts.
 */
import type { PathsWithMethod, SuccessResponse } from "openapi-typescript-helpers";
import { request } from "./http";
import type { paths } from "./schema";

type Method = "get" | "post" | "put" | "patch" | "delete";
type Where = { parameters: { path?: unknown; query?: unknown } };
type Body<O> = O extends { requestBody: { content: { "application/json": infer B } } } ? { body: B } : { body?: never };
type Options<O> = (O extends Where ? Pick<O["parameters"], "path" | "query"> : unknown) & Body<O> & {
  signal?: AbortSignal;
  /** Do not send a token and do not refresh (sign in, sign up). */
  anonymous?: boolean;
  /** Repeats with the same key have one effect. */
  idempotencyKey?: string;
  /** The version the change is based on (If-Match). */
  version?: number;
};
type Arguments<T> = object extends T ? [options?: T] : [options: T];
/** The JSON of a success; undefined for 204. */
export type Answer<O> = O extends { responses: Record<number, unknown> } ? SuccessJson<SuccessResponse<O["responses"], "application/json">> : never;
type SuccessJson<T> = [T] extends [never] ? undefined : T;

interface Given { path?: Record<string, string>; query?: object; body?: unknown; signal?: AbortSignal; anonymous?: boolean; idempotencyKey?: string; version?: number }

export function call<M extends Method, P extends PathsWithMethod<paths, M>>(method: M, path: P, ...[options]: Arguments<Options<paths[P][M]>>): Promise<Answer<paths[P][M]>> {
  const { path: names = {}, idempotencyKey, version, ...rest } = (options ?? {}) as Given;
  const headers: Record<string, string> = {};
  if (idempotencyKey) headers["Idempotency-Key"] = idempotencyKey;
  if (version !== undefined) headers["If-Match"] = `"${version}"`;
  const address = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(names[name]!));
  return request(address, { method: method.toUpperCase() as "GET", headers, ...rest });
}
