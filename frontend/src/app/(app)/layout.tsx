"use client";
import type { ReactNode } from "react";
import { AppShell } from "@/features/shell/app-shell";
import { Dialogs } from "@/features/shell/dialogs";
import { SessionGate } from "@/features/shell/session-gate";

export default function AppLayout({ children }: { children: ReactNode }) {
  return (
    <SessionGate>
      <AppShell>{children}</AppShell>
      <Dialogs />
    </SessionGate>
  );
}
