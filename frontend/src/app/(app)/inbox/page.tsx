import type { Metadata } from "next";
import { InboxPage } from "@/features/lists/inbox-page";

export const metadata: Metadata = { title: "Inbox" };
export default function Page() {
  return <InboxPage />;
}
