import { err, ok, type Result } from '#kernel';
import { arrayAt, isRecord, parseJson, recordAt, stringAt } from './json-shape.js';
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

/** Reads one kubeconfig. A failure tells where, never what: the text may be a credential. */
export async function parseKubeConfig(text: string, file: string): Promise<Result<KubeConfigDocument, KubeConfigFailure>> {
  const read = await readYaml(text, file);
  if (!read.ok) return read;
  const root = read.value;
  if (!isRecord(root)) return err({ code: 'KUBECONFIG_INVALID', path: file, detail: 'it is not a mapping' });
  return ok({
    currentContext: stringAt(root, 'current-context') === '' ? undefined : stringAt(root, 'current-context'),
    clusters: entriesOf(root, 'clusters', 'cluster', file),
    users: entriesOf(root, 'users', 'user', file),
    contexts: entriesOf(root, 'contexts', 'context', file),
  });
}

/** The parser is loaded only for a file that is not plain JSON: in memory it costs more than the rest of this library. */
async function readYaml(text: string, file: string): Promise<Result<unknown, KubeConfigFailure>> {
  const json = parseJson(text);
  if (json !== undefined) return ok(json);
  const { LineCounter, parseDocument } = await import('yaml');
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { prettyErrors: false, lineCounter });
  const [problem] = document.errors;
  if (problem !== undefined) return err({ code: 'KUBECONFIG_INVALID', path: file, detail: `${problem.code} in line ${lineCounter.linePos(problem.pos[0]).line}` });
  return ok(document.toJS());
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
