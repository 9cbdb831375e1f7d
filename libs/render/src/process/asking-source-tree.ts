import type { ResolvedEntry, SourceReadFailure, SourceTree, TreeEntry } from '#domain';
import { ok, type Result } from '#kernel';
import type { AgentLine } from './agent-line.js';

type Read<T> = Promise<Result<T, SourceReadFailure>>;

/** The tree as the process that renders sees it: each look is a question to the agent. */
export class AskingSourceTree implements SourceTree {
  constructor(
    private readonly line: AgentLine,
    readonly commit: string,
    readonly rootTreeId: string,
  ) {}

  async list(path: string): Read<readonly TreeEntry[]> {
    return (await this.line.ask('list', { what: 'list', path })).answer;
  }

  async entry(path: string): Read<TreeEntry> {
    return (await this.line.ask('entry', { what: 'entry', path })).answer;
  }

  async resolve(path: string): Read<ResolvedEntry> {
    return (await this.line.ask('resolve', { what: 'resolve', path })).answer;
  }

  async read(path: string): Read<Uint8Array> {
    const { answer, files } = await this.line.ask('read', { what: 'read', path });
    return answer.ok ? ok(files[0] ?? new Uint8Array()) : answer;
  }

  async readMany(paths: readonly string[]): Read<readonly Uint8Array[]> {
    const { answer, files } = await this.line.ask('readMany', { what: 'readMany', paths });
    return answer.ok ? ok(files) : answer;
  }
}
