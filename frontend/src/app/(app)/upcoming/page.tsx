import type { Metadata } from "next";
import { UpcomingPage } from "@/features/lists/upcoming-page";

export const metadata: Metadata = { title: "Upcoming" };
export default function Page() {
  return <UpcomingPage />;
}
