const MAX_REF = 1_024;
/** A push of more refs than this is simply looked at. */
const MAX_REFS = 1_000;

/**
 * The full refs that a payload says have moved, or undefined where that cannot be told for every one of them. Each host has its own place for
 * them, and none uses another's for something else. Pure; never throws.
 *
 * - GitHub, GitLab, Gitea, Forgejo: `ref`, a full one for a push, a short one with `ref_type` for what was created or deleted
 * - Bitbucket Cloud: `push.changes[].new` and `.old`, either null, with `type` and `name`
 * - Bitbucket Data Center: `changes[].ref.id`, and `refLimitExceeded` where it left some out
 * - GitLab's system hooks: `refs[]`
 */
export function refsOfPayload(payload: unknown): readonly string[] | undefined {
  if (Object.hasOwn(mapOf(payload), 'ref')) return listOf([refOf(payload)]);
  const push = own(payload, 'push');
  if (push !== undefined) return ofEach(own(push, 'changes'), (change) => [own(change, 'new'), own(change, 'old')].filter((side) => side !== null && side !== undefined).map(namedRef));
  const changes = own(payload, 'changes');
  if (changes !== undefined && own(payload, 'refLimitExceeded') !== true) return ofEach(changes, (change) => [fullRef(own(own(change, 'ref'), 'id') ?? own(change, 'ref'))]);
  return changes === undefined ? ofEach(own(payload, 'refs'), (ref) => [fullRef(ref)]) : undefined;
}

function refOf(payload: unknown): string | undefined {
  const ref = own(payload, 'ref');
  return fullRef(ref) ?? namedRef({ type: own(payload, 'ref_type'), name: ref });
}

/** A branch or tag by its short name. */
function namedRef(side: unknown): string | undefined {
  const [type, name] = [own(side, 'type'), own(side, 'name')];
  if (typeof name !== 'string' || name === '' || name.length > MAX_REF) return undefined;
  if (type === 'branch' || type === 'named_branch') return `refs/heads/${name}`;
  return type === 'tag' ? `refs/tags/${name}` : undefined;
}

function fullRef(text: unknown): string | undefined {
  return typeof text === 'string' && text.startsWith('refs/') && text.length <= MAX_REF ? text : undefined;
}

function ofEach(items: unknown, refsOf: (item: unknown) => readonly (string | undefined)[]): readonly string[] | undefined {
  if (!Array.isArray(items) || items.length === 0 || items.length > MAX_REFS) return undefined;
  const each = items.map(refsOf);
  return each.some((refs) => refs.length === 0) ? undefined : listOf(each.flat());
}

function listOf(refs: readonly (string | undefined)[]): readonly string[] | undefined {
  const known = refs.filter((ref) => ref !== undefined);
  return known.length === refs.length ? [...new Set(known)] : undefined;
}

function own(value: unknown, key: string): unknown {
  const map = mapOf(value);
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

function mapOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
