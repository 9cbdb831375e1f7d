import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gitForTests } from './git-for-tests.js';
import type { GitRepositoryOptions, GitServer } from './git-server.js';

/** What a path becomes: text, bytes, a symlink, an executable, a submodule; null removes it. */
export type GitContent = string | Uint8Array | null | { readonly symlink: string } | { readonly executable: string } | { readonly gitlink: string };

/** One entry of a tree written as it is, however hostile. `name` may be bytes. */
export interface RawTreeEntry {
  readonly mode: '40000' | '100644' | '100755' | '120000' | '160000';
  readonly name: string | Uint8Array;
  readonly id: string;
}

export interface CommitOptions {
  /** `main` by default. */
  readonly branch?: string;
  readonly author?: { readonly name: string; readonly email: string };
  /** The author by default. */
  readonly committer?: { readonly name: string; readonly email: string };
  /** Further parents: a merge. */
  readonly merges?: readonly string[];
}

/** Makes an empty repository on the server and gives the means to write to it. */
export async function aGitRepository(server: GitServer, name: string, options: GitRepositoryOptions & { readonly now?: () => Date } = {}): Promise<GitRepositoryBuilder> {
  await server.createRepository(name, options);
  return new GitRepositoryBuilder(server, name, options.now);
}

const FIRST_COMMIT_AT = Date.UTC(2026, 0, 1);

/** Writes straight into the bare repository with plumbing commands: no work tree, so that nothing a work tree forbids is out of reach. */
export class GitRepositoryBuilder {
  private commits = 0;

  constructor(
    private readonly server: GitServer,
    readonly name: string,
    private readonly now: (() => Date) | undefined,
  ) {}

  get url(): string {
    return this.server.url(this.name);
  }

  get directory(): string {
    return this.server.directory(this.name);
  }

  /** Puts changes on top of a branch (which is made if missing) and gives the new commit's id. */
  async commit(changes: Readonly<Record<string, GitContent>>, message = 'change', options: CommitOptions = {}): Promise<string> {
    const parent = await this.head(options.branch ?? 'main');
    const treeId = await this.withIndex(async (env) => {
      if (parent !== undefined) await this.git(['read-tree', parent], { env });
      const lines: string[] = [];
      for (const [path, content] of Object.entries(changes)) lines.push(await this.indexLine(path, content));
      await this.git(['update-index', '--index-info'], { env, stdin: lines.join('') });
      return this.git(['write-tree'], { env });
    });
    return this.commitTree(treeId, message, options);
  }

  /** Commits a tree that exists already, such as one of `rawTree`. */
  async commitTree(treeId: string, message = 'tree', options: CommitOptions = {}): Promise<string> {
    const branch = options.branch ?? 'main';
    const parent = await this.head(branch);
    const at = this.now?.() ?? new Date(FIRST_COMMIT_AT + this.commits++ * 60_000);
    const date = `${Math.floor(at.getTime() / 1000)} +0000`;
    const { author, committer = author } = options;
    const people = {
      ...(author === undefined ? {} : { GIT_AUTHOR_NAME: author.name, GIT_AUTHOR_EMAIL: author.email }), ...(committer === undefined ? {} : { GIT_COMMITTER_NAME: committer.name, GIT_COMMITTER_EMAIL: committer.email }),
    };
    const parents = [...(parent === undefined ? [] : [parent]), ...(options.merges ?? [])].flatMap((one) => ['-p', one]);
    const id = await this.git(['commit-tree', treeId, ...parents], { stdin: message, env: { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date, ...people } });
    await this.git(['update-ref', `refs/heads/${branch}`, id]);
    return id;
  }

  /** A commit that undoes another one's changes to whole files, as `git revert` does when nothing has changed since. */
  async revert(commit: string, options: CommitOptions = {}): Promise<string> {
    const changed = (await this.git(['diff-tree', '--no-commit-id', '-r', '-z', `${commit}^`, commit])).split('\0').filter((part) => part !== '');
    const parent = await this.head(options.branch ?? 'main');
    const treeId = await this.withIndex(async (env) => {
      if (parent !== undefined) await this.git(['read-tree', parent], { env });
      const lines: string[] = [];
      for (let i = 0; i + 1 < changed.length; i += 2) {
        const [mode = ':0', , id = ''] = (changed[i] ?? '').split(' ');
        lines.push(`${mode.slice(1) === '000000' ? '0' : mode.slice(1)} ${id}\t${changed[i + 1] ?? ''}\n`);
      }
      await this.git(['update-index', '--index-info'], { env, stdin: lines.join('') });
      return this.git(['write-tree'], { env });
    });
    return this.commitTree(treeId, `Revert ${commit.slice(0, 7)}`, options);
  }

  /** The commit a branch points at, or undefined. */
  async head(branch = 'main'): Promise<string | undefined> {
    const id = await this.git(['for-each-ref', '--format=%(objectname)', `refs/heads/${branch}`]);
    return id === '' ? undefined : id;
  }

  async branch(name: string, commit: string): Promise<void> {
    await this.git(['update-ref', `refs/heads/${name}`, commit]);
  }

  async deleteRef(fullRef: string): Promise<void> {
    await this.git(['update-ref', '-d', fullRef]);
  }

  async ref(fullRef: string, commit: string): Promise<void> {
    await this.git(['update-ref', fullRef, commit]);
  }

  /** A lightweight tag, or an annotated one with a message. */
  async tag(name: string, commit: string, message?: string): Promise<void> {
    await this.git(['tag', '--force', ...(message === undefined ? [] : ['--annotate', '--message', message]), name, commit]);
  }

  /** Moves a branch anywhere; what no ref reaches any more is gone from the server at once, as after its garbage collection. */
  async forcePush(branch: string, commit: string): Promise<void> {
    await this.git(['update-ref', `refs/heads/${branch}`, commit]);
    await this.forgetUnreachable();
  }

  async forgetUnreachable(): Promise<void> {
    await this.git(['reflog', 'expire', '--expire=now', '--all']);
    await this.git(['gc', '--quiet', '--prune=now']);
  }

  async blob(content: string | Uint8Array): Promise<string> {
    return this.git(['hash-object', '-w', '--stdin'], { stdin: content });
  }

  /** Writes a tree object byte for byte: names that Git itself would refuse are possible here. */
  async rawTree(entries: readonly RawTreeEntry[]): Promise<string> {
    const parts = entries.flatMap((entry) => [Buffer.from(`${entry.mode} `), Buffer.from(entry.name), Buffer.from([0]), Buffer.from(entry.id, 'hex')]);
    return this.git(['hash-object', '-t', 'tree', '-w', '--stdin', '--literally'], { stdin: Buffer.concat(parts) });
  }

  private async indexLine(path: string, content: GitContent): Promise<string> {
    if (content === null) return `0 ${'0'.repeat(40)}\t${path}\n`;
    if (typeof content === 'string' || content instanceof Uint8Array) return `100644 ${await this.blob(content)}\t${path}\n`;
    if ('symlink' in content) return `120000 ${await this.blob(content.symlink)}\t${path}\n`;
    if ('executable' in content) return `100755 ${await this.blob(content.executable)}\t${path}\n`;
    return `160000 ${content.gitlink}\t${path}\n`;
  }

  private async withIndex<T>(use: (env: Readonly<Record<string, string>>) => Promise<T>): Promise<T> {
    const directory = await mkdtemp(join(tmpdir(), 'capstan-git-index-'));
    try {
      return await use({ GIT_INDEX_FILE: join(directory, 'index') });
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }

  private async git(args: readonly string[], options: { readonly stdin?: Uint8Array | string; readonly env?: Readonly<Record<string, string>> } = {}): Promise<string> {
    return (await gitForTests(['--git-dir', this.directory, ...args], options)).trim();
  }
}
