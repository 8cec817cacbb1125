"use client";
import { Repeat2, X } from "lucide-react";
import { useI18n } from "@/shared/i18n";
import { useStore } from "@/shared/lib/store";
import { Button, IconButton } from "@/shared/ui/button";
import { notify } from "@/shared/ui/toast";
import { acceptOffer, scopeOffer, withdrawOffer, type Scope } from "@/features/tasks/scope";

/** This, this and following, or all: asked after the change, beside it, and never in its way. */
export function ScopeBar() {
  const { t } = useI18n();
  const offer = useStore(scopeOffer);
  if (!offer) return null;
  const accept = (scope: Scope) => {
    acceptOffer(offer, scope);
    notify.success(t(scope === "all" ? "scope.allChanged" : "scope.followingChanged"));
  };
  return (
    <section
      aria-label={t("scope.label")}
      onKeyDown={(event) => { if (event.key === "Escape") { event.stopPropagation(); withdrawOffer(); } }}
      className="no-print absolute bottom-5 left-1/2 z-20 flex w-max max-w-[calc(100%-1.5rem)] -translate-x-1/2 animate-pop flex-wrap items-center gap-x-2 gap-y-1.5 rounded-xl bg-raised py-1.5 pr-1.5 pl-4 shadow-pop max-md:fixed max-md:bottom-32 max-md:z-40"
    >
      <p role="status" className="mr-1 flex items-center gap-2 text-[0.8125rem]"><Repeat2 aria-hidden size={15} className="text-muted" />{t("scope.changed")}</p>
      <Button size="sm" onClick={() => accept("following")}>{t("scope.following")}</Button>
      <Button size="sm" onClick={() => accept("all")}>{t("scope.all")}</Button>
      <IconButton icon={X} label={t("scope.only")} onClick={withdrawOffer} />
    </section>
  );
}
