import { err, ok, type Result } from '#kernel';
import { LineCounter, parseDocument } from 'yaml';
import { arrayAt, isRecord, recordAt, stringAt } from './json-shape.js';
import type { KubeConfigFailure } from './kube-config-failure.js';

type Fields = Readonly<Record<string, unknown>>;

/** One entry of a kubeconfig with the file that it came from: relative paths in it are relative to that file. */
export interface NamedEntry {
  readonly name: string;
  readonly file: string;
  readonly fields: Fields;
}

export interface KubeConfigDocument {
  readonly currentContext: string | undefined;
  readonly clusters: readonly NamedEntry[];
  readonly users: readonly NamedEntry[];
  readonly contexts: readonly NamedEntry[];
}

/** Reads one kubeconfig. A failure tells where, never what: the text may be a credential. Pure. */
export function parseKubeConfig(text: string, file: string): Result<KubeConfigDocument, KubeConfigFailure> {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { prettyErrors: false, lineCounter });
  const [problem] = document.errors;
  if (problem !== undefined) return err({ code: 'KUBECONFIG_INVALID', path: file, detail: `${problem.code} in line ${lineCounter.linePos(problem.pos[0]).line}` });
  const root: unknown = document.toJS();
  if (!isRecord(root)) return err({ code: 'KUBECONFIG_INVALID', path: file, detail: 'it is not a mapping' });
  return ok({
    currentContext: stringAt(root, 'current-context') === '' ? undefined : stringAt(root, 'current-context'),
    clusters: entriesOf(root, 'clusters', 'cluster', file),
    users: entriesOf(root, 'users', 'user', file),
    contexts: entriesOf(root, 'contexts', 'context', file),
  });
}

/** Several files of a KUBECONFIG as one, as kubectl does it: the first mention of a name wins. Pure. */
export function mergeKubeConfigs(documents: readonly KubeConfigDocument[]): KubeConfigDocument {
  return {
    currentContext: documents.find((one) => one.currentContext !== undefined)?.currentContext,
    clusters: documents.flatMap((one) => one.clusters),
    users: documents.flatMap((one) => one.users),
    contexts: documents.flatMap((one) => one.contexts),
  };
}

function entriesOf(root: Fields, list: string, member: string, file: string): readonly NamedEntry[] {
  return (arrayAt(root, list) ?? []).flatMap((entry) => {
    const name = stringAt(entry, 'name');
    return name === undefined ? [] : [{ name, file, fields: recordAt(entry, member) ?? {} }];
  });
}
