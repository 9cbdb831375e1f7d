import type { SourcedDocument } from '#domain';
import { ok, type Result } from '#kernel';
import { decodeUtf8, parseYielding } from './parse-source-file.js';
import type { ChartClosure } from './read-chart-closure.js';
import { refuse, yamlFailure } from './render-failures.js';
import type { RenderFailure } from './renderer.js';

/** The documents that helm put out, each with the template that it comes from. Lines of the output mean nothing to people. */
export async function readHelmOutput(stdout: Buffer, closure: ChartClosure, signal: AbortSignal): Promise<Result<readonly SourcedDocument[], RenderFailure>> {
  const text = decodeUtf8(stdout);
  if (text === undefined) return refuse('HELM_FAILED', 'what helm put out is not UTF-8');
  const documents: SourcedDocument[] = [];
  let file: string | undefined;
  for (const part of text.split(/^---[ \t]*\r?\n/m)) {
    const [, source] = /^# Source: (.+?)\r?$/m.exec(part) ?? [];
    if (source !== undefined) file = closure.pathOf(source) ?? source; // further documents of one file do not say it again
    const parsed = await parseYielding(part, `output of ${file ?? 'helm'}`, signal);
    if (!parsed.ok) return yamlFailure(parsed.error);
    documents.push(...parsed.value.filter(({ value }) => value !== null).map(({ value }) => ({ value, file, line: 1 })));
  }
  return ok(documents);
}
