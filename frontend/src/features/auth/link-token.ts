/** The secret of a mailed link: it stands behind the #, and leaves the address bar as soon as it is read. */
import { useEffect, useState } from "react";

const tokenIn = (hash: string) => new URLSearchParams(hash.slice(1)).get("token");

/** Undefined until the page runs, null where the address has none. */
export function useLinkToken(): string | null | undefined {
  const [token, setToken] = useState<string | null>();
  useEffect(() => {
    const read = () => {
      const found = tokenIn(location.hash);
      if (found) history.replaceState(history.state, "", location.pathname);
      setToken((before) => found ?? before ?? null);
    };
    read();
    // A second link opened in the same tab changes nothing but the hash.
    addEventListener("hashchange", read);
    return () => removeEventListener("hashchange", read);
  }, []);
  return token;
}
