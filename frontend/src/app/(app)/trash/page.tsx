import type { Metadata } from "next";
import { TrashPage } from "@/features/archive/trash-page";

export const metadata: Metadata = { title: "Trash" };
export default function Page() {
  return <TrashPage />;
}
