import { didYouMean } from '#kernel';
import { LineCounter, parseAllDocuments, type Document } from 'yaml';
import { usage } from '../cli-error.js';
import { lineOfField } from './line-of-field.js';

/** In the order in which they are applied: what comes later may need what came before. */
export const MANIFEST_KINDS = ['Project', 'Repository', 'Application'] as const;
export type ManifestKind = (typeof MANIFEST_KINDS)[number];

export interface Manifest {
  readonly kind: ManifestKind;
  readonly name: string;
  readonly project: string;
  readonly spec: Readonly<Record<string, unknown>>;
  /** The file it stands in, as it was given. */
  readonly file: string;
  /** File and line, for people. */
  readonly where: string;
  /** File and line of one of its fields, by the path by which the API calls it; of what is not there that of what lacks it. */
  readonly whereIs: (field: readonly string[]) => string;
}

/**
 * Reads `apiVersion: capstan.dev/v1` documents of one file.
 * @throws CliError that names file, line and what is wrong: nothing of a file with an error is applied.
 */
export function readManifests(text: string, file: string): readonly Manifest[] {
  const manifests: Manifest[] = [];
  const named = file === '-' ? '(standard input)' : file;
  const lines = new LineCounter();
  for (const document of parseAllDocuments(text, { uniqueKeys: true, lineCounter: lines })) {
    const line = 1 + text.slice(0, document.range?.[0] ?? 0).split('\n').length - 1;
    const [error] = document.errors;
    if (error !== undefined) throw usage(`${named}: invalid YAML: ${(error.message.split('\n')[0] ?? '').replace(/:$/, '')}`, 'Nothing was applied.');
    const value = valueOf(document, `${named}:${line}`);
    if (value === null || value === undefined) continue;
    manifests.push({ ...readManifest(value, file, `${named}:${line}`), whereIs: (field) => `${named}:${lineOfField(document, lines, field) ?? line}` });
  }
  if (manifests.length === 0) throw usage(`${named}: holds no object`, 'A file holds documents with apiVersion: capstan.dev/v1, kind, metadata and spec.');
  return manifests;
}

function readManifest(value: unknown, file: string, where: string): Omit<Manifest, 'whereIs'> {
  const document = asRecord(value, where, 'the document');
  if (document['apiVersion'] !== 'capstan.dev/v1') throw usage(`${where}: apiVersion is ${JSON.stringify(document['apiVersion'])}`, 'Capstan objects have apiVersion: capstan.dev/v1. Kubernetes objects belong into a repository.');
  const kind = MANIFEST_KINDS.find((known) => known === document['kind']);
  if (kind === undefined) throw usage(`${where}: unknown kind ${JSON.stringify(document['kind'])}`, didYouMean(String(document['kind']), MANIFEST_KINDS, 'The kinds are Project, Repository and Application; clusters join: capstan cluster join NAME.'));
  const metadata = asRecord(document['metadata'], where, 'metadata');
  const { name, project = 'default' } = metadata;
  if (typeof name !== 'string' || name === '') throw usage(`${where}: metadata.name is missing`);
  if (typeof project !== 'string') throw usage(`${where}: metadata.project is not a text`);
  return { kind, name, project, spec: asRecord(document['spec'], where, 'spec'), file, where };
}

function asRecord(value: unknown, where: string, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw usage(`${where}: ${what} is not a map`);
  return value as Readonly<Record<string, unknown>>;
}

/** Aliases that lead nowhere, or that would grow without bound, are found only here. */
function valueOf(document: Document.Parsed, where: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 }) as unknown;
  } catch (error) {
    throw usage(`${where}: invalid YAML: ${error instanceof Error ? error.message : String(error)}`, 'Nothing was applied.');
  }
}
