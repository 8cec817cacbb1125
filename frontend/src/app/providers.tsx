"use client";
/** What every page needs: theme, language, query cache, toasts. */
import { QueryClientProvider } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { ThemeProvider } from "next-themes";
import { useEffect, type ReactNode } from "react";
import { queryClient } from "@/shared/api/query-client";
import { session } from "@/shared/api/session";
import { initialLocale, setLocale } from "@/shared/i18n";
import { useStore } from "@/shared/lib/store";

const Toasts = dynamic(() => import("@/shared/ui/toaster"), { ssr: false });

export function Providers({ children }: { children: ReactNode }) {
  return (
    <ThemeProvider attribute="class" defaultTheme="system" enableSystem disableTransitionOnChange storageKey="obsidianlist.theme">
      <QueryClientProvider client={queryClient}>
        <LanguageOfUser />
        {children}
        <Toasts />
      </QueryClientProvider>
    </ThemeProvider>
  );
}

/** The account's language when signed in, else that of the last visit or the browser. */
function LanguageOfUser() {
  const chosen = useStore(session, (state) => state.user?.locale);
  useEffect(() => {
    void setLocale(chosen ?? initialLocale());
  }, [chosen]);
  return null;
}
