"use client";
import { useTheme } from "next-themes";
import { Toaster } from "sonner";
import { useI18n } from "@/shared/i18n";

export default function Toasts() {
  const { resolvedTheme } = useTheme();
  const { t } = useI18n();
  return (
    <Toaster
      theme={resolvedTheme === "dark" ? "dark" : "light"}
      position="bottom-left"
      containerAriaLabel={t("toast.region")}
      offset={{ bottom: "calc(1rem + var(--toast-lift, 0rem))", left: "1rem" }}
      mobileOffset={{ bottom: "calc(4.5rem + env(safe-area-inset-bottom) + var(--toast-lift, 0rem))" }}
      gap={8}
      toastOptions={{
        style: { background: "var(--raised)", color: "var(--fg)", border: "1px solid var(--line-strong)", borderRadius: 10, fontFamily: "var(--font-sans)", fontSize: 13, padding: "10px 14px" },
        classNames: { description: "!text-[var(--muted)]", actionButton: "!bg-transparent !text-[var(--accent-text)] !font-semibold !h-7 !px-2" },
      }}
    />
  );
}
