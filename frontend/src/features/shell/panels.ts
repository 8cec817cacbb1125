import { createStore } from "@/shared/lib/store";

export const sidebarOpen = createStore(false);
export const chatOpen = createStore(false);
