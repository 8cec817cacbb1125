import type { Metadata } from "next";
import { TagPage } from "@/features/lists/tag-page";

export const metadata: Metadata = { title: "Tag" };
export default function Page() {
  return <TagPage />;
}
