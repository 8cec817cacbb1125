"use client";
import { useRouter } from "next/navigation";
import { useEffect } from "react";
import { restoreProfile } from "@/shared/api/session";
import { Logo } from "@/shared/ui/logo";

/** The front door: to the day's tasks, or to the sign-in. */
export default function Home() {
  const router = useRouter();
  useEffect(() => router.replace(restoreProfile() ? "/today/" : "/sign-in/"), [router]);
  return (
    <main className="grid h-full place-items-center">
      <h1 className="flex items-center gap-3 text-lg font-semibold"><Logo size={32} /> ObsidianList</h1>
    </main>
  );
}
