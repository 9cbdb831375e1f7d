import type { SourceTree } from '#domain';
import { ok } from '#kernel';
import type { RenderPrograms } from '../render-programs.js';
import type { HelmRequest } from '../renderer.js';
import type { Answer, Question } from './render-protocol.js';

export interface AnswerDeps {
  readonly tree: SourceTree;
  readonly capabilities: HelmRequest['capabilities'];
  readonly programs: Pick<RenderPrograms, 'jail'>;
}

/** The answer to one question of the process that renders, and the files that go with it. Throws what the tree throws. */
export async function answerQuestion(question: Question, { tree, capabilities, programs }: AnswerDeps, signal: AbortSignal): Promise<{ readonly answer: Answer['answer']; readonly files: readonly Uint8Array[] }> {
  switch (question.what) {
    case 'list':
      return withoutFiles(await tree.list(question.path, signal));
    case 'entry':
      return withoutFiles(await tree.entry(question.path, signal));
    case 'resolve':
      return withoutFiles(await tree.resolve(question.path, signal));
    case 'capabilities':
      return withoutFiles(await capabilities(signal));
    case 'program': {
      const jail = await programs.jail(question.name, signal);
      return withoutFiles(jail.ok ? ok(jail.value.plan) : jail);
    }
    case 'read': {
      const read = await tree.read(question.path, signal);
      return read.ok ? { answer: ok(1), files: [read.value] } : withoutFiles(read);
    }
    case 'readMany': {
      const read = await tree.readMany(question.paths, signal);
      return read.ok ? { answer: ok(read.value.length), files: read.value } : withoutFiles(read);
    }
  }
}

function withoutFiles(answer: Answer['answer']): { readonly answer: Answer['answer']; readonly files: readonly Uint8Array[] } {
  return { answer, files: [] };
}
