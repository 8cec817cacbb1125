"use client";
import { Ellipsis } from "lucide-react";
import { usePathname, useSearchParams } from "next/navigation";
import { Suspense } from "react";
import { useI18n } from "@/shared/i18n";
import { IconButton } from "@/shared/ui/button";
import { openDialog } from "@/shared/ui/dialogs";
import { useTags } from "@/features/tags/queries";
import { TagDot } from "@/features/tasks/components/marks";
import { useCounts } from "@/features/tasks/use-rows";
import { NavLink } from "./nav-link";

export const tagPath = (name: string) => `/tag/?name=${encodeURIComponent(name)}`;

function Links() {
  const { t } = useI18n();
  const tags = useTags();
  const counts = useCounts();
  const path = usePathname();
  const name = useSearchParams().get("name")?.toLowerCase();
  if (!tags.length) return null;
  return (
    <section aria-labelledby="tags-heading" className="mt-5">
      <h2 id="tags-heading" className="px-2 pb-1 text-xs font-medium text-faint">{t("nav.tags")}</h2>
      <ul className="flex flex-col gap-px">
        {tags.map((tag) => (
          <li key={tag.id} className="group relative">
            <NavLink
              href={tagPath(tag.name)}
              current={path === "/tag/" && name === tag.name.toLowerCase()}
              mark={<span className="grid w-4 place-items-center"><TagDot color={tag.color} size={9} /></span>}
              label={tag.name}
              count={counts.tags.get(tag.name.toLowerCase())}
            />
            <IconButton
              icon={Ellipsis}
              size={14}
              label={t("tag.edit", { name: tag.name })}
              onClick={() => openDialog("tag", { tagId: tag.id })}
              className="absolute top-0.5 right-0.5 bg-surface opacity-0 group-hover:opacity-100 focus-visible:opacity-100 max-md:hidden"
            />
          </li>
        ))}
      </ul>
    </section>
  );
}
export const TagLinks = () => <Suspense><Links /></Suspense>;
