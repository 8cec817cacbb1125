/** Changes of the account show at once, go one after another, and are taken back when the server refuses. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { auth } from "@/shared/api/endpoints";
import { session, setUser } from "@/shared/api/session";
import { explain } from "@/shared/api/explain";
import type { Schemas } from "@/shared/api/types";
import { t } from "@/shared/i18n";
import { notify } from "@/shared/ui/toast";

const key = ["profile"] as const;

export function useProfileChange() {
  const client = useQueryClient();
  return useMutation({
    mutationKey: key,
    scope: { id: "profile" },
    mutationFn: (change: Schemas["ProfileChange"]) => auth.change(change),
    onMutate: ({ settings, ...change }) => {
      const { user } = session.get();
      if (user) setUser({ ...user, ...change, settings: { ...user.settings, ...settings } });
    },
    // The answer of one change does not know of those that wait behind it.
    onSuccess: (saved) => {
      if (client.isMutating({ mutationKey: key }) === 1) setUser(saved);
      notify.success(t("settings.saved"));
    },
    onError: (error) => {
      notify.error(t("error.notSaved"), explain(error));
      void auth.me().then(setUser, () => undefined);
    },
  });
}
