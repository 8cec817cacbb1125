import type { Metadata } from "next";
import { ConfirmEmail } from "@/features/auth/confirm-email";

export const metadata: Metadata = { title: "Confirm email" };
export default function Page() {
  return <ConfirmEmail />;
}
