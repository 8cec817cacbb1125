/** What the list on screen allows. */
import { createStore } from "@/shared/lib/store";

export const listMode = createStore<{ reorder: boolean }>({ reorder: false });
