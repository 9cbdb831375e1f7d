import type { Json, JsonObject } from '#kernel';
import { foldCase } from '../json/fold-case.js';
import { isJsonList, isJsonObject } from '../json/read-json.js';
import { parseKubernetesYaml } from '../yaml/parse-kubernetes-yaml.js';
import { parseRemoteReference, type RemoteReference } from './remote-reference.js';
import { resolveRepositoryPath } from './repository-path.js';

/** One value of a kustomization that names something, as written and as a path from the root of the repository. */
export interface PathReference {
  /** Where it stands: `resources[2]`, `configMapGenerator[0].files[1]`. */
  readonly field: string;
  /** Normalised, relative to the root of the repository; '' is the root. */
  readonly path: string;
}

export interface RemoteUse {
  readonly field: string;
  /** What it would have to be, if it were a path. */
  readonly kind: 'directories' | 'files' | 'resources' | 'plugins';
  /** As written, shortened to 200 characters, without credentials and query. */
  readonly value: string;
  /** undefined: not what Git fetches. */
  readonly reference: RemoteReference | undefined;
}

export interface UnresolvableReference {
  readonly field: string;
  readonly reason: 'OUTSIDE_REPOSITORY' | 'HELM' | 'PLUGIN' | 'SHAPE';
}

/**
 * Everything that one kustomization file makes kustomize read. `remote` is refused by the renderer but for bases in sources of the application, OUTSIDE_REPOSITORY always;
 * the other unresolvable ones are refused by the renderer or by kustomize itself, and make the watch set fall back to the root.
 */
export interface KustomizationReferences {
  /** Must be a directory with a kustomization (components). */
  readonly directories: readonly PathReference[];
  /** Must be a file. */
  readonly files: readonly PathReference[];
  /** A manifest file, or a directory with a kustomization (resources, bases). */
  readonly resources: readonly PathReference[];
  /** Like `resources`, for generators, transformers and validators: documents of such a file go through `pluginReferences`. */
  readonly plugins: readonly PathReference[];
  readonly remote: readonly RemoteUse[];
  readonly unresolvable: readonly UnresolvableReference[];
}

/** The names under which kustomize looks for its file. Two of them in one directory are an error. */
export const KUSTOMIZATION_FILE_NAMES: readonly string[] = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

/** Larger ones are not parsed: the hub reads those of everybody, and parsing takes about a second for a megabyte. */
export const MAX_KUSTOMIZATION_BYTES = 1024 * 1024;

/**
 * Collects the references of a parsed kustomization. Pure. A superset of what kustomize reads: member names are compared as
 * Go's JSON decoder does (case does not count), so that `Bases:` hides nothing from the watch set or from the refusals.
 *
 * @param document the kustomization as JSON
 * @param directory the directory of the kustomization, relative to the root of the repository
 */
export function kustomizationReferences(document: Json, directory: string): KustomizationReferences {
  const found = new Collector(directory);
  if (!isJsonObject(document)) {
    found.unresolvable.push({ field: '', reason: 'SHAPE' });
    return found;
  }
  for (const [field, value] of Object.entries(document)) {
    if (value === undefined || value === null) continue;
    KUSTOMIZATION_FIELDS[foldCase(field)]?.(found, field, value);
  }
  return found;
}

/** The references of one configuration of a built-in generator, transformer or validator. Anything else is a PLUGIN. */
export function pluginReferences(document: Json, directory: string, field: string): KustomizationReferences {
  const found = new Collector(directory);
  readPlugin(found, field, document);
  return found;
}

class Collector implements KustomizationReferences {
  readonly directories: PathReference[] = [];
  readonly files: PathReference[] = [];
  readonly resources: PathReference[] = [];
  readonly plugins: PathReference[] = [];
  readonly remote: RemoteUse[] = [];
  readonly unresolvable: UnresolvableReference[] = [];

  constructor(private readonly directory: string) {}

  add(kind: 'directories' | 'files' | 'resources' | 'plugins', field: string, value: Json | undefined): void {
    if (value === undefined || value === null) return;
    if (typeof value !== 'string') return void this.unresolvable.push({ field, reason: 'SHAPE' });
    if (isRemoteReference(value)) return void this.remote.push({ field, kind, value: withoutCredentials(value).slice(0, 200), reference: parseRemoteReference(value) });
    if (value.includes('\n')) return void this.unresolvable.push({ field, reason: 'SHAPE' }); // inline YAML that does not parse
    const path = value === '' ? undefined : resolveRepositoryPath(this.directory, value);
    if (path === undefined) this.unresolvable.push({ field, reason: 'OUTSIDE_REPOSITORY' });
    else this[kind].push({ field, path });
  }
}

type FieldReader = (found: Collector, field: string, value: Json) => void;

const KUSTOMIZATION_FIELDS: Readonly<Record<string, FieldReader | undefined>> = Object.assign(Object.create(null), {
  resources: each((found, field, value) => found.add('resources', field, value)),
  bases: each((found, field, value) => found.add('resources', field, value)),
  components: each((found, field, value) => found.add('directories', field, value)),
  crds: each((found, field, value) => found.add('files', field, value)),
  configurations: each((found, field, value) => found.add('files', field, value)),
  patches: each(readPathMember),
  patchesjson6902: each(readPathMember),
  replacements: each(readPathMember),
  openapi: readPathMember,
  patchesstrategicmerge: each(readPatchOrPath),
  configmapgenerator: each(readKeyValueSources),
  secretgenerator: each(readKeyValueSources),
  generators: each(readPluginOrPath),
  transformers: each(readPluginOrPath),
  validators: each(readPluginOrPath),
  helmcharts: each(refuseHelm),
  helmchartinflationgenerator: each(refuseHelm),
} satisfies Record<string, FieldReader>);

/** Built-in plugins that read files. The other built-in ones hold everything in themselves. */
const PLUGIN_FIELDS: Readonly<Record<string, FieldReader | undefined>> = Object.assign(Object.create(null), {
  ConfigMapGenerator: readKeyValueSources,
  SecretGenerator: readKeyValueSources,
  PatchTransformer: readPathMember,
  PatchJson6902Transformer: readPathMember,
  PatchStrategicMergeTransformer: (found, field, value) => members(value, 'paths', (name, paths) => each(readPatchOrPath)(found, `${field}.${name}`, paths)),
  ReplacementTransformer: (found, field, value) => members(value, 'replacements', (name, list) => each(readPathMember)(found, `${field}.${name}`, list)),
  HelmChartInflationGenerator: refuseHelm,
  AnnotationsTransformer: readNothing,
  HashTransformer: readNothing,
  IAMPolicyGenerator: readNothing,
  ImageTagTransformer: readNothing,
  LabelTransformer: readNothing,
  LegacyOrderTransformer: readNothing,
  NamespaceTransformer: readNothing,
  PrefixTransformer: readNothing,
  PrefixSuffixTransformer: readNothing,
  ReplicaCountTransformer: readNothing,
  SortOrderTransformer: readNothing,
  SuffixTransformer: readNothing,
  ValueAddTransformer: readNothing,
} satisfies Record<string, FieldReader>);

function each(read: FieldReader): FieldReader {
  return (found, field, value) => {
    if (!isJsonList(value)) return void found.unresolvable.push({ field, reason: 'SHAPE' });
    value.forEach((item, index) => {
      if (item !== null) read(found, `${field}[${index}]`, item);
    });
  };
}

function readPathMember(found: Collector, field: string, value: Json): void {
  if (!isJsonObject(value)) return void found.unresolvable.push({ field, reason: 'SHAPE' });
  members(value, 'path', (name, path) => {
    if (path !== '') found.add('files', `${field}.${name}`, path);
  });
}

function readPatchOrPath(found: Collector, field: string, value: Json): void {
  if (typeof value !== 'string' || parseInline(value) === undefined) found.add('files', field, value);
}

function readKeyValueSources(found: Collector, field: string, value: Json): void {
  if (!isJsonObject(value)) return void found.unresolvable.push({ field, reason: 'SHAPE' });
  members(value, 'files', (name, files) =>
    each((_, at, source) => found.add('files', at, typeof source === 'string' ? source.slice(source.indexOf('=') + 1) : source))(found, `${field}.${name}`, files),
  );
  members(value, 'envs', (name, envs) => each((_, at, source) => found.add('files', at, source))(found, `${field}.${name}`, envs));
  members(value, 'env', (name, env) => {
    if (env !== '') found.add('files', `${field}.${name}`, env);
  });
}

/** The mappings of a YAML text that stands where a path may stand, or undefined when it is a path. */
function parseInline(text: string): readonly JsonObject[] | undefined {
  if (isRemoteReference(text)) return undefined;
  const parsed = parseKubernetesYaml(text, 'inline');
  const documents = parsed.ok ? parsed.value.map((document) => document.value) : [];
  return documents.length > 0 && documents.every(isJsonObject) ? documents : undefined;
}

function readPluginOrPath(found: Collector, field: string, value: Json): void {
  const inline = typeof value === 'string' ? parseInline(value) : undefined;
  if (inline === undefined) found.add('plugins', field, value);
  else for (const document of inline) readPlugin(found, field, document);
}

function readPlugin(found: Collector, field: string, document: Json): void {
  const read = isJsonObject(document) && document['apiVersion'] === 'builtin' && typeof document['kind'] === 'string' ? PLUGIN_FIELDS[document['kind']] : undefined;
  if (read === undefined) found.unresolvable.push({ field, reason: 'PLUGIN' });
  else read(found, field, document);
}

function refuseHelm(found: Collector, field: string): void {
  found.unresolvable.push({ field, reason: 'HELM' });
}

function readNothing(): void {
  // The configuration holds everything that the plugin needs.
}

/** Calls `read` for every member that Go's decoder would take for `name`. */
function members(value: Json, name: string, read: (name: string, member: Json) => void): void {
  if (!isJsonObject(value)) return;
  for (const [key, member] of Object.entries(value)) if (foldCase(key) === name && member !== null && member !== undefined) read(key, member);
}

/** What kustomize would fetch instead of read, and a little more: URLs of any scheme, `git::`, `user@host:path`, and github.com. */
function isRemoteReference(value: string): boolean {
  return /^(https?:|[a-z][a-z0-9+.-]*:\/\/|git::|github\.com[/:]|[a-z][a-z0-9-]*@[^/:]+[:/])/i.test(value);
}

function withoutCredentials(value: string): string {
  return value.replace(/^((?:git::)?[a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, '$1').replace(/[?#].*$/s, '');
}
