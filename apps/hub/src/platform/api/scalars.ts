import { GraphQLError, GraphQLScalarType, Kind, valueFromASTUntyped, type ValueNode } from 'graphql';

const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;
const GO_DURATION = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;
const ISO_DURATION = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;
const GIT_SHA = /^(?:[0-9a-f]{40}|(?:sha256:)?[0-9a-f]{64})$/;
const MAX_TEXT = 64 * 1024;

/** A time with a zone, RFC 3339. `Date` inside. */
export const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  description: 'A time with its zone, such as `2026-11-01T12:00:00.000Z` (RFC 3339).',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time.html',
  serialize: (value) => dateOf(value).toISOString(),
  parseValue: dateOf,
  parseLiteral: (node) => dateOf(textOf(node)),
});

/** Milliseconds inside. */
export const Duration = new GraphQLScalarType<number, string>({
  name: 'Duration',
  description: 'A length of time, such as `1m`, `5m30s`, `500ms` or `24h`; ISO 8601 (`PT5M30S`) is understood as well.',
  specifiedByURL: 'https://pkg.go.dev/time#ParseDuration',
  serialize: (value) => formatDuration(typeof value === 'number' ? value : durationOf(value)),
  parseValue: durationOf,
  parseLiteral: (node) => durationOf(textOf(node)),
});

export const JsonScalar = new GraphQLScalarType<unknown, unknown>({
  name: 'JSON',
  description: 'Any JSON value, for what has no fixed shape: labels, parameters, details.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259',
  serialize: (value) => value,
  parseValue: (value) => value,
  parseLiteral: (node, variables) => valueFromASTUntyped(node, variables),
});

export const YamlScalar = textScalar('YAML', 'A YAML document.', 'https://yaml.org/spec/1.2.2/', (text) => text.length <= MAX_TEXT, 'a YAML document of at most 64 KiB');
export const GitSha = textScalar('GitSha', 'The full id of a Git commit, 40 or 64 hexadecimal digits, or the digest of an archive, `sha256:` and 64 of them.', 'https://git-scm.com/docs/gitglossary#def_object_name', (text) => GIT_SHA.test(text), '40 or 64 hexadecimal digits, or sha256: and 64 of them');
export const LabelSelector = textScalar(
  'LabelSelector', 'A label selector in the syntax of Kubernetes, such as `env=prod,region in (eu, us),!edge`.',
  'https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors', (text) => text.length <= 4_096, 'a label selector of at most 4096 characters',
);

function textScalar(name: string, description: string, specifiedByURL: string, accepts: (text: string) => boolean, expected: string): GraphQLScalarType<string, string> {
  const parse = (value: unknown): string => {
    if (typeof value !== 'string' || !accepts(value)) throw new GraphQLError(`${name} must be ${expected}.`);
    return value;
  };
  return new GraphQLScalarType({ name, description, specifiedByURL, serialize: parse, parseValue: parse, parseLiteral: (node) => parse(textOf(node)) });
}

/** Whether it is one is judged with the rest of the input, so that the answer can name the field. */
export const QuantityScalar = new GraphQLScalarType<string | number, string | number>({
  name: 'Quantity',
  description: 'A number of clusters, such as `3`, or a share of them, such as `"20%"`.',
  specifiedByURL: 'https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.34/#intorstring-intstr-util',
  serialize: quantityOf,
  parseValue: quantityOf,
  parseLiteral: (node) => quantityOf(node.kind === Kind.INT ? Number(node.value) : textOf(node)),
});

function quantityOf(value: unknown): string | number {
  if (typeof value === 'number' || (typeof value === 'string' && value.length <= 40)) return value;
  throw new GraphQLError('Quantity must be a whole number or a percentage such as "20%".');
}

/** A remembered answer holds the text instead of the date. */
function dateOf(value: unknown): Date {
  if (value instanceof Date || Object.prototype.toString.call(value) === '[object Date]') return value as Date;
  if (typeof value === 'string' && RFC3339.test(value) && !Number.isNaN(Date.parse(value))) return new Date(value);
  throw new GraphQLError('DateTime must be a time such as 2026-11-01T12:00:00Z.');
}

function durationOf(value: unknown): number {
  if (typeof value !== 'string' || value === '' || value.length > 40) throw badDuration();
  const iso = ISO_DURATION.exec(value);
  if (iso !== null && value !== 'P' && !value.endsWith('T')) {
    const [days, hours, minutes, seconds] = iso.slice(1).map((part) => Number(part ?? 0));
    return sum(days, 86_400_000) + sum(hours, 3_600_000) + sum(minutes, 60_000) + sum(seconds, 1_000);
  }
  const go = GO_DURATION.exec(value);
  if (go === null) throw badDuration();
  const [hours, minutes, seconds, millis] = go.slice(1).map((part) => Number(part ?? 0));
  return sum(hours, 3_600_000) + sum(minutes, 60_000) + sum(seconds, 1_000) + sum(millis, 1);
}

function sum(amount: number | undefined, unit: number): number {
  const product = (amount ?? 0) * unit;
  if (!Number.isSafeInteger(product)) throw badDuration();
  return product;
}

function badDuration(): GraphQLError {
  return new GraphQLError('Duration must be a length of time such as 30s, 5m30s or 24h.');
}

/** The shortest Go-style spelling: 90000 is `1m30s`, 0 is `0s`. */
export function formatDuration(ms: number): string {
  const parts = [[Math.floor(ms / 3_600_000), 'h'], [Math.floor(ms / 60_000) % 60, 'm'], [Math.floor(ms / 1_000) % 60, 's'], [ms % 1_000, 'ms']] as const;
  return parts.filter(([amount]) => amount > 0).map(([amount, unit]) => `${amount}${unit}`).join('') || '0s';
}

function textOf(node: ValueNode): string {
  if (node.kind !== Kind.STRING) throw new GraphQLError('A text is expected here.', { nodes: [node] });
  return node.value;
}
