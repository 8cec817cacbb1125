/**
 * Components that load when they are first used, or beforehand by `load`.
 *
 * next/dynamic and React.lazy show nothing for some frames even when the code is here, since they ask for it anew; these are drawn
 * with the frame that asks for them.
 */
import { lazy, Suspense, useState, type ComponentType } from "react";

export type Later<P extends object> = ComponentType<P> & { load: () => Promise<void> };

export function later<P extends object>(source: () => Promise<{ default: ComponentType<P> }>): Later<P> {
  let ready: ComponentType<P> | null = null;
  let loading: Promise<void> | undefined;
  const load = () =>
    (loading ??= source().then(
      (module) => { ready = module.default; },
      (error: unknown) => { loading = undefined; throw error; },
    ));
  const Waiting = lazy(async () => {
    await load();
    return { default: ready! };
  }) as unknown as ComponentType<P>;
  function Shown(props: P) {
    // Kept for as long as it is shown: another component in its place would begin anew.
    const [Component] = useState(() => ready ?? Waiting);
    return <Suspense><Component {...props} /></Suspense>;
  }
  return Object.assign(Shown, { load });
}
