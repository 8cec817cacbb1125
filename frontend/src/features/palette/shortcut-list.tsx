"use client";
import { commandStore, keyCaps } from "@/shared/commands/registry";
import { GROUPS } from "@/shared/commands/types";
import { useI18n } from "@/shared/i18n";
import { useStore } from "@/shared/lib/store";

/** Every command with a key, from the registry. */
export function ShortcutList() {
  const { t } = useI18n();
  const commands = useStore(commandStore).filter((command) => command.keys?.length);
  return (
    <div className="gap-8 sm:columns-2">
      {GROUPS.map((group) => (
        <section key={group} className="mb-5 break-inside-avoid">
          <h3 className="mb-1.5 text-xs font-medium text-faint">{t(`group.${group}`)}</h3>
          <dl>
            {commands.filter((command) => command.group === group).map((command) => (
              <div key={command.id} className="flex min-h-8 items-center justify-between gap-4 text-[0.8125rem]">
                <dt>{t(command.label)}</dt>
                <dd className="flex shrink-0 items-center gap-1.5">
                  {command.keys!.map((keys, index) => (
                    <span key={keys} className="flex items-center gap-1">
                      {index > 0 && <span className="text-xs text-faint">{t("shortcuts.or")}</span>}
                      {keyCaps(keys).map((cap, at) => <kbd key={at} className="kbd">{cap}</kbd>)}
                    </span>
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  );
}
