import { PROTECT_ANNOTATION } from './ownership.js';

/** Annotations under `capstan.dev/` that authors of manifests may set; each says one thing about one object. Every other one is ours. */
export const AUTHOR_ANNOTATIONS = {
  protect: PROTECT_ANNOTATION,
  /** A whole number, from -1000 to 1000: lower goes first. */
  wave: 'capstan.dev/wave',
  /** before, apply, after, on-failure, before-removal, after-removal, test or gate, several with commas: the object is a hook of that phase. */
  hook: 'capstan.dev/hook',
  /** before-creation, succeeded or failed, several with commas: when a hook's object is deleted. */
  hookDelete: 'capstan.dev/hook-delete',
  /** A duration from 1s to 24h: how long a hook may take. */
  hookDeadline: 'capstan.dev/hook-deadline',
  /** force, replace, create-only or skip, several with commas: how the object is applied. */
  apply: 'capstan.dev/apply',
  /** disabled: the object stays when it is no longer declared, or its application goes. enabled: it goes, whatever the annotations of Argo CD and Helm say. */
  prune: 'capstan.dev/prune',
} as const;

const KNOWN: ReadonlySet<string> = new Set(Object.values(AUTHOR_ANNOTATIONS));

/** Whether an annotation under our prefix is one that authors may set. */
export function isAuthorAnnotation(key: string): boolean {
  return KNOWN.has(key);
}
