"use client";
/**
 * Lets signed-in people in. A known profile opens the app at once from the kept cache, while the
 * session is renewed behind it; only a refused renewal leads to the sign-in page.
 */
import { persistQueryClient } from "@tanstack/react-query-persist-client";
import { usePathname, useRouter } from "next/navigation";
import { useEffect, useState, type ReactNode } from "react";
import { CACHE_VERSION, createPersister, dropCache, persistable, queryClient } from "@/shared/api/query-client";
import { accessToken, restoreProfile, session } from "@/shared/api/session";
import { useStore } from "@/shared/lib/store";
import { startSync } from "@/features/tasks/sync";
import { clearUndo } from "@/features/tasks/undo";
import { startLive } from "@/features/live/live";

export function SessionGate({ children }: { children: ReactNode }) {
  const router = useRouter();
  const path = usePathname();
  const { status, user } = useStore(session);
  const [restored, setRestored] = useState<string | null>(null);
  const userId = user?.id;

  useEffect(() => {
    if (session.get().status === "unknown" && !restoreProfile()) {
      // No profile here, but the cookie may still know the person.
      accessToken().catch(() => session.set({ status: "signed-out", user: null }));
    }
  }, []);

  useEffect(() => {
    if (status !== "signed-out") return;
    const here = path + location.search;
    router.replace(here === "/today/" ? "/sign-in/" : `/sign-in/?next=${encodeURIComponent(here)}`);
  }, [status, path, router]);

  useEffect(() => {
    if (!userId) return;
    const [stopPersisting, restoring] = persistQueryClient({
      queryClient,
      persister: createPersister(userId),
      maxAge: 30 * 86_400_000,
      buster: CACHE_VERSION,
      dehydrateOptions: { shouldDehydrateQuery: persistable },
    });
    const stopSync = startSync(queryClient, userId);
    const stopLive = startLive(queryClient);
    // What was kept may be older than its age says (a page closed before its last write), so it is shown and asked for again.
    void restoring.then(() => queryClient.invalidateQueries({ predicate: (query) => query.state.fetchStatus === "idle" })).catch(() => undefined);
    void restoring.finally(() => setRestored(userId));
    return () => {
      stopPersisting();
      stopSync();
      stopLive();
      clearUndo();
      queryClient.clear();
      setRestored(null);
      if (session.get().status === "signed-out") void dropCache(userId);
    };
  }, [userId]);

  return <div id="app" className="contents" data-ready={userId !== undefined && restored === userId ? "true" : undefined}>{status === "signed-out" ? null : children}</div>;
}
