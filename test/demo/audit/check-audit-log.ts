import { err, ok, type Result } from '#kernel';
import type { AuditEntry } from '#testing';
import type { Scene } from '../cast/scene.js';
import type { ExplainedWrite } from './explained-writes.js';

export interface AuditSummary {
  readonly writes: number;
  readonly deletes: number;
  /** How many writes for which reason, in the order of the story. */
  readonly because: ReadonlyMap<string, number>;
}

/** What the agent keeps of its own, where it lives: state, and the lease that makes it the only one. */
const OWN_KINDS = new Set(['secrets', 'coordination.k8s.io/leases']);

/**
 * Judges what an API server was asked to change, except by its own control plane and by the administrator. Pure.
 * @param entries every accepted write since before the cluster joined
 * @returns the summary, or everything that the story does not explain: what should not have been, and what is missing
 */
export function checkAuditLog(entries: readonly AuditEntry[], explained: readonly ExplainedWrite[], scene: Scene): Result<AuditSummary, readonly string[]> {
  const agent = `system:serviceaccount:${scene.agentNamespace}:capstan-agent`;
  const applier = `system:serviceaccount:${scene.agentNamespace}:capstan-apply`;
  const ofCapstan = entries.filter(({ user }) => user === agent || user === applier);
  const own = ofCapstan.filter((entry) => entry.impersonatedUser === undefined && entry.namespace === scene.agentNamespace && OWN_KINDS.has(kindOf(entry)));
  const applied = ofCapstan.filter((entry) => !own.includes(entry));
  const open = [...explained];
  const found: ExplainedWrite[] = [];
  const strange: string[] = [];
  for (const entry of applied) {
    const at = open.findIndex(({ write }) => write === lineOf(entry));
    const [match] = at === -1 || entry.impersonatedUser !== applier ? [] : open.splice(at, 1);
    if (match === undefined) strange.push(`${lineOf(entry)}, as ${entry.impersonatedUser ?? entry.user}, is not explained`);
    else found.push(match);
  }
  const problems = [...strange, ...open.map(({ write, because }) => `${write}, for ${because}, is missing`)];
  if (problems.length > 0) return err(problems);
  const because = new Map<string, number>();
  for (const match of explained) because.set(match.because, (because.get(match.because) ?? 0) + 1);
  return ok({ writes: found.length, deletes: applied.filter(({ verb }) => verb.startsWith('delete')).length, because });
}

const kindOf = ({ group, resource }: AuditEntry): string => `${group === '' ? '' : `${group}/`}${resource}`;

function lineOf(entry: AuditEntry): string {
  const kind = `${kindOf(entry)}${entry.subresource === '' ? '' : `/${entry.subresource}`}`;
  return `${entry.verb} ${kind} ${entry.namespace === '' || entry.resource === 'namespaces' ? '' : `${entry.namespace}/`}${entry.name}`;
}
