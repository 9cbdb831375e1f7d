import type { ObjectMeta } from './kube-object.js';

export const ARGO_SYNC_OPTIONS = 'argocd.argoproj.io/sync-options';

/** All that Argo CD's annotation says about one option (`prune`, `force`), in small letters; empty: nothing. Pure. */
export function argoSyncOption(meta: ObjectMeta, name: string): readonly string[] {
  const options = (meta.annotations?.[ARGO_SYNC_OPTIONS] ?? '').split(',').map((text) => text.replaceAll(/\s/g, '').toLowerCase());
  return options.filter((option) => option.startsWith(`${name}=`)).map((option) => option.slice(name.length + 1));
}
