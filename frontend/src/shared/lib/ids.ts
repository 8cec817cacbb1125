/** Random ids for idempotency keys and for tasks the server has not numbered yet. */

export function randomId(): string {
  // randomUUID needs a secure context; plain http on a LAN address has none.
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

const TEMPORARY = "new-";
export const temporaryId = () => TEMPORARY + randomId();
export const isTemporary = (id: string) => id.startsWith(TEMPORARY);
