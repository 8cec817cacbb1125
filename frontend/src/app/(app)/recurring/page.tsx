import type { Metadata } from "next";
import { RecurringPage } from "@/features/recurring/recurring-page";

export const metadata: Metadata = { title: "Repeating" };
export default function Page() {
  return <RecurringPage />;
}
