"use client";
/** The frame around every screen: sidebar (or bottom bar), content, task panel. */
import { usePathname, useRouter } from "next/navigation";
import { useEffect, type ReactNode } from "react";
import { bindShortcuts, restoreSingleKeys } from "@/shared/commands/shortcuts";
import { useI18n } from "@/shared/i18n";
import { later } from "@/shared/lib/later";
import { syncOpenedTask, useOpenedTask } from "@/shared/lib/location";
import { useStore } from "@/shared/lib/store";
import { chatOpen, sidebarOpen } from "./panels";
import { loadToasts } from "@/shared/ui/toast";
import { ScopeBar } from "@/features/recurring/scope-bar";
import { clearSelection, focusTask } from "@/features/tasks/navigation";
import { rowMenu } from "@/features/tasks/row-menu";
import { withdrawOffer } from "@/features/tasks/scope";
import { BottomBar } from "./bottom-bar";
import { commandContext, setRouter } from "./command-context";
import { registerAppCommands } from "./commands";
import { StatusBar } from "./status-bar";
import { SelectionBar } from "./selection-bar";
import { Sidebar } from "./sidebar";

const TaskPanel = later(() => import("@/features/task-detail/task-panel"));
const RowMenu = later(() => import("./row-menu"));
const ChatPanel = later(() => import("@/features/chat/chat-panel"));

export function AppShell({ children }: { children: ReactNode }) {
  const { t } = useI18n();
  const router = useRouter();
  const path = usePathname();
  const taskId = useOpenedTask();
  const chat = useStore(chatOpen);
  const menu = useStore(rowMenu);

  useEffect(() => {
    setRouter((target) => router.push(target));
    const unregister = registerAppCommands();
    restoreSingleKeys();
    const unbind = bindShortcuts(commandContext);
    addEventListener("popstate", syncOpenedTask);
    // Loaded while nothing else happens, so that the first use is instant.
    const idle = setTimeout(() => {
      void loadToasts();
      void RowMenu.load();
      void TaskPanel.load();
      void import("@/features/shell/register-worker").then((worker) => worker.registerWorker());
    }, 1500);
    return () => {
      unregister();
      unbind();
      clearTimeout(idle);
      removeEventListener("popstate", syncOpenedTask);
    };
  }, [router]);

  useEffect(() => {
    syncOpenedTask();
    sidebarOpen.set(false);
    clearSelection();
    focusTask(null);
    withdrawOffer();
  }, [path]);

  return (
    <div className="flex h-dvh overflow-hidden bg-surface print:block print:h-auto">
      <a href="#content" className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-[70] focus:rounded-md focus:bg-raised focus:px-3 focus:py-2 focus:shadow-pop">{t("nav.skip")}</a>
      <Sidebar />
      <div className="flex min-w-0 flex-1 flex-col md:py-2 md:pr-2">
        <div className="relative flex min-h-0 flex-1 overflow-hidden bg-bg md:rounded-xl md:border md:border-line print:border-0">
          <main id="content" tabIndex={-1} data-scroll className="print-flow relative min-w-0 flex-1 overflow-y-auto pb-20 outline-none md:pb-10">
            {children}
          </main>
          {taskId && <TaskPanel key={taskId} taskId={taskId} />}
          {chat && <ChatPanel onClose={() => chatOpen.set(false)} />}
          <SelectionBar />
          <ScopeBar />
          {menu && <RowMenu key={`${menu.x}:${menu.y}`} />}
        </div>
        <StatusBar />
      </div>
      <BottomBar />
    </div>
  );
}

