import type { Json } from '#kernel';
import { isAlias, isMap, isScalar, isSeq, type ParsedNode, type Scalar, type YAMLMap } from 'yaml';
import { resolveScalar, type ScalarMeaning } from './resolve-scalar.js';
import type { YamlFailure } from './yaml-failure.js';

/** Aliases and depth (of nested collections) of one document, values of one text, counted with aliases expanded. */
export const YAML_LIMITS = { aliases: 100, depth: 100, values: 1_000_000 } as const;

/** Thrown inside the parser only, and caught there: unwinding a recursion is what exceptions are for. */
export class YamlRefusal extends Error {
  constructor(
    readonly code: YamlFailure['code'],
    readonly offset: number,
    message: string,
    readonly key?: string,
  ) {
    super(message);
  }
}

export interface ConversionBudget {
  aliases: number;
  values: number;
}

interface Converted {
  readonly value: Json;
  /** Values in it, aliases expanded. */
  readonly size: number;
  /** Nested collections in it. */
  readonly height: number;
  /** Of a scalar: what it is as a key; absent where it cannot be one. */
  readonly key?: string;
  /** Of a mapping. */
  readonly members?: ReadonlyMap<string, Converted>;
}

/** The anchor of a collection that is still being read: it may not be expanded inside itself. */
type OpenAnchor = { readonly open: true };
type Node = ParsedNode | null | undefined;

/** What the Go library takes for the name of an anchor. YAML 1.2 is laxer, and then a typing error makes content vanish. */
const ANCHOR = /^[0-9A-Za-z_-]+$/;

/**
 * Turns one composed document into JSON as sigs.k8s.io/yaml does, in document order: an anchor means its last definition
 * so far, `<<` and plain keys are taken in the order in which they stand, keys become strings.
 * @throws YamlRefusal
 */
export function convertDocument(root: Node, budget: ConversionBudget): Json {
  return new Converter(budget).convert(root, 0, 0).value;
}

class Converter {
  private readonly anchors = new Map<string, Converted | OpenAnchor>();

  constructor(private readonly budget: ConversionBudget) {}

  convert(node: Node, depth: number, at: number): Converted {
    const offset = node?.range?.[0] ?? at;
    if (isAlias(node)) return this.expand(node.source, depth, offset);
    this.spend(1, offset);
    if (node?.anchor !== undefined && !ANCHOR.test(node.anchor)) throw new YamlRefusal('INVALID_YAML', offset, 'the name of an anchor has letters, digits, dashes and underscores');
    if (!isMap(node) && !isSeq(node)) return this.define(node, scalar(node, offset));
    if (depth >= YAML_LIMITS.depth) throw new YamlRefusal('YAML_LIMIT', offset, `nested deeper than ${YAML_LIMITS.depth} levels`);
    const open: OpenAnchor = { open: true };
    if (node.anchor !== undefined) this.anchors.set(node.anchor, open);
    const converted = isMap(node) ? this.mapping(node, depth, offset) : this.sequence(node.items, depth, offset);
    // The Go library binds an anchor where it stands, so one that was bound again inside keeps the inner value.
    return node.anchor !== undefined && this.anchors.get(node.anchor) === open ? this.define(node, converted) : converted;
  }

  private define(node: Node, converted: Converted): Converted {
    if (node?.anchor !== undefined) this.anchors.set(node.anchor, converted);
    return converted;
  }

  private expand(anchor: string, depth: number, offset: number): Converted {
    this.budget.aliases += 1;
    if (this.budget.aliases > YAML_LIMITS.aliases) throw new YamlRefusal('YAML_LIMIT', offset, `more than ${YAML_LIMITS.aliases} aliases in one document`);
    const found = this.anchors.get(anchor);
    if (found === undefined) throw new YamlRefusal('INVALID_YAML', offset, 'the alias names an anchor that is not defined before it');
    if ('open' in found) throw new YamlRefusal('INVALID_YAML', offset, 'the alias stands inside its own anchor');
    if (depth + found.height > YAML_LIMITS.depth) throw new YamlRefusal('YAML_LIMIT', offset, `nested deeper than ${YAML_LIMITS.depth} levels`);
    this.spend(found.size, offset);
    return found;
  }

  private spend(values: number, offset: number): void {
    this.budget.values += values;
    if (this.budget.values > YAML_LIMITS.values) throw new YamlRefusal('YAML_LIMIT', offset, `more than ${YAML_LIMITS.values} values`);
  }

  private sequence(items: readonly unknown[], depth: number, offset: number): Converted {
    const converted = items.map((item) => this.convert(asNode(item), depth + 1, offset));
    return { value: converted.map((item) => item.value), ...measure(converted) };
  }

  private mapping(map: YAMLMap.Parsed, depth: number, offset: number): Converted {
    const members = new Map<string, Converted>();
    const own = new Set<string>();
    for (const pair of map.items) {
      const keyOffset = pair.key.range?.[0] ?? offset;
      if (isMergeKey(pair.key)) {
        this.merge(members, pair.value, depth, keyOffset);
        continue;
      }
      const key = this.key(pair.key, depth, keyOffset);
      if (own.has(key)) throw new YamlRefusal('DUPLICATE_KEY', keyOffset, `the key ${JSON.stringify(key.slice(0, 100))} stands twice in one mapping`, key.slice(0, 100));
      own.add(key);
      members.set(key, this.convert(pair.value, depth + 1, keyOffset));
    }
    // fromEntries defines members, so a key `__proto__` is a member like any other
    return { value: Object.fromEntries([...members].map(([name, member]) => [name, member.value])), ...measure([...members.values()]), members };
  }

  /** Of several merged mappings the earlier one goes first; what stands before the `<<` is overwritten, as the Go library does. */
  private merge(members: Map<string, Converted>, value: Node, depth: number, offset: number): void {
    const sources = isSeq(value) && !isAlias(value) ? value.items.map(asNode) : [value];
    const converted = sources.map((source) => this.convert(source, depth, offset));
    for (const source of converted.toReversed()) {
      if (source.members === undefined) throw new YamlRefusal('INVALID_YAML', offset, 'a merge key wants a mapping, or a list of mappings');
      for (const [key, member] of source.members) members.set(key, member);
    }
  }

  private key(node: Node, depth: number, offset: number): string {
    const { key } = isMap(node) || isSeq(node) ? {} : this.convertKey(node, depth, offset);
    if (key === undefined) throw new YamlRefusal('INVALID_YAML', offset, 'a key must be text, a number or a boolean');
    return key;
  }

  /** A key may be a number that JSON cannot say as a value, so its value matters only where an anchor makes it one. */
  private convertKey(node: Node, depth: number, offset: number): { readonly key?: string } {
    if (isAlias(node)) return this.expand(node.source, depth, offset);
    if (node?.anchor !== undefined) return this.convert(node, depth, offset);
    this.spend(1, offset);
    const key = keyOf(meaningOf(node));
    return key === undefined ? {} : { key };
  }
}

function measure(parts: readonly Converted[]): Pick<Converted, 'size' | 'height'> {
  let size = 1;
  let height = 0;
  for (const part of parts) {
    size += part.size;
    height = Math.max(height, part.height);
  }
  return { size, height: height + 1 };
}

function scalar(node: Node, offset: number): Converted {
  const meaning = meaningOf(node);
  const key = keyOf(meaning);
  return { value: jsonOf(meaning, offset), size: 1, height: 0, ...(key === undefined ? {} : { key }) };
}

function jsonOf(meaning: ScalarMeaning, offset: number): Json {
  switch (meaning.kind) {
    case 'null':
      return null;
    case 'bool':
      return meaning.value;
    case 'string':
      if (!meaning.value.isWellFormed()) throw new YamlRefusal('INVALID_YAML', offset, 'an escape that is not well-formed Unicode');
      return meaning.value;
    case 'float':
      if (!Number.isFinite(meaning.value)) throw new YamlRefusal('INVALID_YAML', offset, 'infinity and not-a-number cannot be said in JSON');
      return meaning.value;
    case 'int': {
      const number = Number(meaning.value);
      if (!Number.isSafeInteger(number)) throw new YamlRefusal('INVALID_YAML', offset, 'an integer past 2^53 cannot be kept exactly: quote it if it is text');
      return number;
    }
    case 'invalid':
      throw new YamlRefusal('INVALID_YAML', offset, meaning.reason);
  }
}

function keyOf(meaning: ScalarMeaning): string | undefined {
  switch (meaning.kind) {
    case 'string':
      return meaning.value.isWellFormed() ? meaning.value : undefined;
    case 'bool':
      return String(meaning.value);
    case 'int':
      return meaning.value < 2n ** 63n ? String(meaning.value) : undefined;
    case 'float':
      return formatFloatKey(meaning.value);
    case 'null':
    case 'invalid':
      return undefined;
  }
}

function meaningOf(node: Node): ScalarMeaning {
  if (!isScalar(node)) return { kind: 'null' };
  return resolveScalar(node.tag ?? '', textOf(node), node.type === 'PLAIN');
}

function textOf(node: Scalar): string {
  return typeof node.value === 'string' ? node.value : '';
}

function isMergeKey(node: Node): boolean {
  return isScalar(node) && node.value === '<<' && (node.tag === 'tag:yaml.org,2002:merge' || node.tag === '!' || (node.tag === undefined && node.type === 'PLAIN'));
}

function asNode(item: unknown): Node {
  return isScalar(item) || isMap(item) || isSeq(item) || isAlias(item) ? (item as ParsedNode) : undefined;
}

/** Go's `strconv.FormatFloat(value, 'g', -1, 32)`: the shortest digits that name the same 32-bit float. */
function formatFloatKey(value: number): string {
  if (Number.isNaN(value)) return '.nan';
  const single = Math.fround(value);
  if (!Number.isFinite(single)) return single > 0 ? '.inf' : '-.inf';
  if (single === 0) return Object.is(single, -0) ? '-0' : '0';
  for (let digits = 1; digits <= 9; digits += 1) {
    const text = single.toExponential(digits - 1);
    if (Math.fround(Number(text)) !== single) continue;
    const [mantissa = '', exponent = '0'] = text.split('e');
    const power = Number(exponent);
    if (power < -4 || power >= 6) return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
    return Number(text).toFixed(Math.max(0, digits - 1 - power));
  }
  return String(single);
}
