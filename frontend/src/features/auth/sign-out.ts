import { auth } from "@/shared/api/endpoints";
import { endSession } from "@/shared/api/session";
import { removeThisDevice } from "@/lib/notifications";

/** End the session here and on the server; without a connection at least here. */
export async function signOut(): Promise<void> {
  await removeThisDevice().catch(() => undefined);
  await auth.logout().catch(() => undefined);
  endSession();
}
