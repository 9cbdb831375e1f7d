import type { SourceTree } from '#domain';
import { aGitRepository, GitServer, type GitRepositoryBuilder, type GitServerOptions } from '#testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GitObjects } from '../git-objects.js';
import type { GitPort, GitRemote } from '../git-port.js';
import { valueOf } from './expect-result.contract.js';

export interface ContractAdapterOptions {
  readonly cacheDirectory: string;
  readonly lookUpTimeoutMs?: number;
  readonly silenceMs?: number;
  readonly fetchTimeoutMs?: number;
}

export const never = new AbortController().signal;

/** One real Git server; for each test a repository on it, and an adapter with an empty cache. */
export class GitGround {
  server!: GitServer;
  repository!: GitRepositoryBuilder;
  cacheDirectory!: string;
  git!: GitPort;
  /** Of `repository`; a test may point it elsewhere. */
  remote!: GitRemote;
  private count = 0;
  private readonly others: GitServer[] = [];

  constructor(private readonly make: (options: ContractAdapterOptions) => GitPort) {}

  async open(): Promise<void> {
    this.server = await GitServer.start();
  }

  async begin(): Promise<void> {
    this.cacheDirectory = await mkdtemp(join(tmpdir(), 'capstan-git-cache-'));
    this.repository = await aGitRepository(this.server, `fleet-${this.next()}`);
    this.remote = { url: this.repository.url };
    this.git = this.adapter();
  }

  async end(): Promise<void> {
    this.server.clearFaults();
    await this.git.close();
    await rm(this.cacheDirectory, { recursive: true, force: true });
    await Promise.all(this.others.splice(0).map((other) => other.dispose()));
  }

  async close(): Promise<void> {
    await this.server.dispose();
  }

  /** Another number each time, for names. */
  next(): number {
    return this.count++;
  }

  /** Another adapter on the same cache. */
  adapter(options: Partial<ContractAdapterOptions> = {}): GitPort {
    return this.make({ cacheDirectory: this.cacheDirectory, ...options });
  }

  async commitOf(commit: string, ref = 'main'): Promise<GitObjects> {
    return valueOf(this.git.fetchCommit(this.remote, 'fleet', { commit, ref }, never));
  }

  async treeOf(commit: string): Promise<SourceTree> {
    return valueOf((await this.commitOf(commit)).tree(commit));
  }

  /** Goes away with the test. */
  async anotherServer(options: GitServerOptions): Promise<GitServer> {
    const other = await GitServer.start(options);
    this.others.push(other);
    return other;
  }
}
