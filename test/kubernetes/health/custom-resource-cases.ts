import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { Json, JsonObject } from '#kernel';
import { isJsonObject, parseApiVersion, type KubeObject, type ObjectRef } from '#domain';

/** The manifests that operators read, as something that a real API server can be told. */
export interface CustomResourceCase {
  readonly file: string;
  readonly ref: ObjectRef;
  /** Without status: what Git declares. */
  readonly declared: KubeObject;
  /** What a controller would write. @param generation of the live object */
  status(generation: number): JsonObject | undefined;
  readonly health: string;
  /** undefined: it speaks of a generation, which is another one here. */
  readonly message: string | undefined;
}

const CASES = new URL('../../../libs/domain/src/health/cases/', import.meta.url);
const OF_THE_SERVER = ['kubernetes', 'generic'];

/** @param now the cases are written for noon of one day: their times are moved */
export function customResourceCases(now: Date): readonly CustomResourceCase[] {
  return readdirSync(CASES, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml') && !OF_THE_SERVER.includes(file.split('/')[0] ?? ''))
    .toSorted()
    .map((file) => readCase(file, now));
}

/** A definition of each kind that takes anything, with every version that a case has. */
export function definitionsOf(cases: readonly CustomResourceCase[]): readonly KubeObject[] {
  const versions = new Map<string, Set<string>>();
  for (const { declared } of cases) {
    const { group, version } = parseApiVersion(declared.apiVersion);
    const key = `${group}/${declared.kind}`;
    versions.set(key, (versions.get(key) ?? new Set()).add(version));
  }
  return [...versions].map(([key, served]) => {
    const [group = '', kind = ''] = key.split('/');
    return definition(group, kind, [...served]);
  });
}

export function definition(group: string, kind: string, versions: readonly string[]): KubeObject {
  const open: JsonObject = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec: open, status: open } } };
  const singular = kind.toLowerCase();
  return {
    apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: `${singular}s.${group}`, annotations: { 'api-approved.kubernetes.io': 'unapproved, for a test' } },
    spec: {
      group, scope: 'Namespaced', names: { plural: `${singular}s`, singular, kind, listKind: `${kind}List` },
      versions: versions.map((name, index) => ({ name, served: true, storage: index === 0, schema, subresources: { status: {} } })),
    },
  };
}

function readCase(file: string, now: Date): CustomResourceCase {
  const minutesAgo = (minutes: number): string => new Date(now.getTime() - minutes * 60_000).toISOString().replace(/\.\d+Z$/, 'Z');
  const text = readFileSync(new URL(file, CASES), 'utf8').replaceAll('2026-11-01T11:58:00Z', minutesAgo(2)).replaceAll('2026-11-01T11:00:00Z', minutesAgo(60));
  const says = /^# says: (.+)\n/.exec(text)?.[1] ?? '';
  const [name = '', state = ''] = file.replaceAll('/', '-').split('.');
  const { status, metadata, ...rest }: KubeObject = parse(text, { version: '1.1' });
  const { annotations, generation = 1 } = metadata;
  const declared: KubeObject = { ...rest, metadata: { name, namespace: 'shop', ...(annotations === undefined ? {} : { annotations }) } };
  return {
    file, declared, health: state.toUpperCase(), message: says.includes('generation') ? undefined : says,
    ref: { group: parseApiVersion(declared.apiVersion).group, kind: declared.kind, namespace: 'shop', name },
    status: (live) => (isJsonObject(status) ? shiftedMembers(status, live - Number(generation)) : undefined),
  };
}

/** Observed generations as of an object whose own is another. */
function shifted(value: Json, by: number): Json {
  if (Array.isArray(value)) return value.map((entry) => shifted(entry, by));
  return isJsonObject(value) ? shiftedMembers(value, by) : value;
}

function shiftedMembers(value: JsonObject, by: number): JsonObject {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]): readonly (readonly [string, Json])[] => {
      if (member === undefined) return [];
      if (name !== 'observedGeneration') return [[name, shifted(member, by)]];
      if (typeof member === 'number') return [[name, member + by]];
      return [[name, typeof member === 'string' && /^\d+$/.test(member) ? String(Number(member) + by) : member]];
    }),
  );
}
