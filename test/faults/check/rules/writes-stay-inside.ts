import type { ClusterWrite, Evidence } from '../evidence.js';
import { objectsOf } from './orders-of.js';

const OWN_NAMESPACE = 'capstan-system';

/** Nobody but the agent writes, in no namespace but those of applications that were ordered there, and no object that no commit has ever declared. */
export function writesStayInside(evidence: Evidence): readonly string[] {
  return evidence.writes.flatMap((write) => {
    const problem = problemOf(evidence, write);
    return problem === undefined ? [] : [`${write.cluster}: ${write.verb} ${write.resource} ${write.namespace}/${write.name} ${problem}`];
  });
}

function problemOf({ schedule, commits, transitions, tombstones }: Evidence, write: ClusterWrite): string | undefined {
  if (write.namespace === OWN_NAMESPACE) return undefined;
  if (!write.isByAgent) return 'is not the work of the agent as the applying account';
  const application = write.resource === 'namespaces' ? write.name : write.namespace;
  if (!schedule.applications.some(({ name }) => name === application)) return 'is outside of every application';
  const isOrdered = transitions.some(({ kind, at, ...target }) => target.application === application && target.cluster === write.cluster && kind === 'ASSIGNED' && at <= write.answeredAt);
  if (!isOrdered) return 'came before any order';
  const letGoAt = tombstones.filter((tombstone) => tombstone.application === application && tombstone.cluster === write.cluster).map(({ acknowledgedAt }) => acknowledgedAt ?? Number.POSITIVE_INFINITY).filter((at) => at < write.at).toSorted((a, b) => b - a)[0];
  const isTakenUpAgain = transitions.some(({ kind, at, ...target }) => target.application === application && target.cluster === write.cluster && kind === 'ASSIGNED' && at > (letGoAt ?? 0) && at <= write.answeredAt);
  if (letGoAt !== undefined && !isTakenUpAgain) return 'came after the target was let go';
  if (write.resource === 'namespaces') return write.verb.startsWith('delete') ? 'takes the namespace away' : undefined;
  const isDeclared = commits.some((commit) => commit.application === application && objectsOf(commit.content).has(write.name));
  return isDeclared ? undefined : 'is of an object that no commit declares';
}
