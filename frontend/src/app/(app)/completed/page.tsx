import type { Metadata } from "next";
import { CompletedPage } from "@/features/archive/completed-page";

export const metadata: Metadata = { title: "Completed" };
export default function Page() {
  return <CompletedPage />;
}
