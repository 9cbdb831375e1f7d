import type { SourcedDocument } from '#domain';
import { ok, type Result } from '#kernel';
import { decodeUtf8, parseYielding } from './parse-source-file.js';
import { refuse, yamlFailure } from './render-failures.js';
import type { RenderFailure } from './renderer.js';

/** Each document for itself, so that the limits of a text do not add up over all of them. Lines of the output mean nothing to people. */
export async function readKustomizeOutput(stdout: Buffer, signal: AbortSignal): Promise<Result<readonly SourcedDocument[], RenderFailure>> {
  const text = decodeUtf8(stdout);
  if (text === undefined) return refuse('KUSTOMIZE_FAILED', 'what kustomize put out is not UTF-8');
  const documents: SourcedDocument[] = [];
  for (const part of text.split(/^---\n/m)) {
    const parsed = await parseYielding(part, 'output of kustomize', signal);
    if (!parsed.ok) return yamlFailure(parsed.error);
    documents.push(...parsed.value.map(({ value }) => ({ value, line: 1 })));
  }
  return ok(documents);
}
