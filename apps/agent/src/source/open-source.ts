import type { Log, MonotonicClock, Timers } from '#kernel';
import type { ReservedForAgent } from '#domain';
import { selectGit, type GitPort } from '#git';
import type { KubeClient } from '#kube';
import { createProcessRenderer, prepareWorkDirectory, type ProcessRenderer } from '#render';
import { join } from 'node:path';
import type { ContentSource } from '../reconcile/agent.ports.js';
import type { CredentialSecrets } from '../state/index.js';
import { findProgram } from './find-program.js';
import { OrderContentSource } from './order-content-source.js';
import { OrderedTrees, type OpenArchives } from './ordered-trees.js';
import { readCapabilities } from './read-capabilities.js';
import { RepositoryCache } from './repository-cache.js';

export interface SourceSettings {
  /** Cache only. */
  readonly dataDir: string;
  /** undefined: the system's git where there is one. */
  readonly git: 'system' | 'isomorphic' | undefined;
  /** undefined: found on the PATH. */
  readonly kustomize: string | undefined;
  /** undefined: found on the PATH. */
  readonly helm: string | undefined;
  readonly path: string;
  /** Program of the process that renders, as one file. */
  readonly renderProcess: string;
  readonly cacheBytes: number;
  readonly maxRenders: number;
  /** Hosts to which an index or redirect may lead whatever their addresses are. */
  readonly allowPrivateHosts: readonly string[];
}

export interface SourceDeps {
  readonly timers: Timers;
  readonly monotonic: MonotonicClock;
  readonly log: Log;
  /** Charts ask what it serves. */
  readonly cluster: Pick<KubeClient, 'serverVersion' | 'apiVersions'>;
}

export interface OpenSource {
  readonly source: ContentSource;
  /** Ends helper processes. */
  close(): Promise<void>;
}

const MAX_REPOSITORIES = 50;
/** Archives are small beside histories: their part of what copies may take, on top of it. */
const ARCHIVES_SHARE = 4;

/**
 * The source of this process: Git and renderer, each looked for once, in the background and again after a failure, so that an agent
 * heals from its stored content before it knows whether this machine has a git.
 *
 * @param over ends fetches that are under way
 */
export function openSource(settings: SourceSettings, credentials: Pick<CredentialSecrets, 'lookUp'>, reserved: ReservedForAgent, deps: SourceDeps, over: AbortSignal): OpenSource {
  const { log, timers, monotonic, cluster } = deps;
  const directory = join(settings.dataDir, 'git');
  const git = once(() => selectGit({ cacheDirectory: directory, timers, log, path: settings.path, preferred: settings.git }));
  const repositories = once(async () => {
    const cache = new RepositoryCache(await git(), { directory, maxBytes: settings.cacheBytes, maxRepositories: MAX_REPOSITORIES }, log, over);
    await cache.open();
    return cache;
  });
  const workDirectory = join(settings.dataDir, 'render');
  // At start and not with the first render: what a killed agent left are sources of applications. Who renders waits for it, and fails with its cause.
  const isSwept = prepareWorkDirectory(workDirectory).catch(() => undefined);
  let renderer: ProcessRenderer | undefined;
  const programs = {
    kustomize: () => (settings.kustomize === undefined ? findProgram('kustomize', settings.path) : Promise.resolve(settings.kustomize)),
    helm: () => (settings.helm === undefined ? findProgram('helm', settings.path) : Promise.resolve(settings.helm)),
  };
  const openRenderer = once(async () => {
    await isSwept;
    const config = { node: process.execPath, entry: settings.renderProcess, programs, workDirectory };
    return (renderer = await createProcessRenderer(config, { timers, monotonic, log }, over));
  });
  const archives = once(async (): Promise<OpenArchives> => {
    const { openArchives } = await import('./open-archives.js');
    return openArchives({ directory: join(settings.dataDir, 'archives'), maxBytes: settings.cacheBytes / ARCHIVES_SHARE }, settings.allowPrivateHosts, over);
  });
  let opened: Promise<GitPort> | undefined;
  const trees = new OrderedTrees({ repositories: () => ((opened = git()), repositories()), archives, credentials, log });
  return {
    source: new OrderContentSource({ trees, renderer: openRenderer, capabilities: (signal) => readCapabilities(cluster, signal), reserved, maxRenders: settings.maxRenders, log }),
    close: async () => {
      await renderer?.close();
      await (await opened?.catch(() => undefined))?.close();
    },
  };
}

/** Remembers the first success; a failure is tried again by the next one who asks. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}
