import { AUTHOR_ANNOTATIONS } from '../object/author-annotations.js';
import type { HookDelete, HookDialect, HookEvent } from './hook.types.js';

/** How one tool spells one thing: its annotation, and what its words mean. */
export interface Spelling<T> {
  readonly dialect: HookDialect;
  readonly annotation: string;
  readonly words: ReadonlyMap<string, readonly T[]>;
  /** Whether upper and lower case are one. */
  readonly foldsCase: boolean;
}

/** In the order in which they are asked: the first annotation that is there counts. */
export const HOOK_SPELLINGS: readonly Spelling<HookEvent>[] = [
  {
    dialect: 'CAPSTAN',
    annotation: AUTHOR_ANNOTATIONS.hook,
    foldsCase: false,
    words: new Map<string, readonly HookEvent[]>([
      ['before', ['before-install', 'before-upgrade']],
      ['apply', ['apply']],
      ['after', ['after-install', 'after-upgrade']],
      ['on-failure', ['on-failure']],
      ['before-removal', ['before-removal']],
      ['after-removal', ['after-removal']],
      ['test', ['test']],
      ['gate', ['gate']],
    ]),
  },
  {
    dialect: 'ARGO_CD',
    annotation: 'argocd.argoproj.io/hook',
    foldsCase: false,
    words: new Map<string, readonly HookEvent[]>([
      ['PreSync', ['before-install', 'before-upgrade']],
      ['Sync', ['apply']],
      ['PostSync', ['after-install', 'after-upgrade']],
      ['SyncFail', ['on-failure']],
      ['PreDelete', ['before-removal']],
      ['PostDelete', ['after-removal']],
      ['Skip', []],
    ]),
  },
  {
    dialect: 'HELM',
    annotation: 'helm.sh/hook',
    foldsCase: true,
    words: new Map<string, readonly HookEvent[]>([
      ['pre-install', ['before-install']],
      ['pre-upgrade', ['before-upgrade']],
      ['post-install', ['after-install']],
      ['post-upgrade', ['after-upgrade']],
      ['pre-delete', ['before-removal']],
      ['post-delete', ['after-removal']],
      ['test', ['test']],
      ['test-success', ['test']],
      // A rollback is a release like any other here; the rest is what Helm 3 no longer runs.
      ['pre-rollback', []],
      ['post-rollback', []],
      ['test-failure', []],
      ['crd-install', []],
    ]),
  },
];

export const DELETE_SPELLINGS: readonly Spelling<HookDelete>[] = [
  { dialect: 'CAPSTAN', annotation: AUTHOR_ANNOTATIONS.hookDelete, foldsCase: false, words: new Map([['before-creation', ['before-creation']], ['succeeded', ['succeeded']], ['failed', ['failed']]]) },
  {
    dialect: 'ARGO_CD',
    annotation: 'argocd.argoproj.io/hook-delete-policy',
    foldsCase: false,
    words: new Map([['BeforeHookCreation', ['before-creation']], ['HookSucceeded', ['succeeded']], ['HookFailed', ['failed']]]),
  },
  {
    dialect: 'HELM',
    annotation: 'helm.sh/hook-delete-policy',
    foldsCase: true,
    words: new Map([['before-hook-creation', ['before-creation']], ['hook-succeeded', ['succeeded']], ['hook-failed', ['failed']]]),
  },
];
