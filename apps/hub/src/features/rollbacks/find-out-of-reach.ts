import type { JsonObject } from '#kernel';
import { contentId, isReasonCode, outOfReach, releaseId, resolveForCluster, type ApplicationSpec, type Labels, type LastLook, type OutOfReach, type ReleaseId, type WayBack } from '#domain';
import type { TransactionContext } from '../../platform/database/index.js';
import { factsOf } from '../clusters/index.js';
import type { RollbackCandidate } from './rollback-candidates.js';

interface RepositoryRow {
  readonly release_id: string;
  readonly name: string;
  readonly reason: string | null;
  readonly last_success_at: Date | null;
}
interface TargetRow {
  readonly id: string;
  readonly name: string;
  readonly labels: Labels;
  readonly facts: JsonObject;
  readonly facts_at: Date | null;
  readonly kept: string[] | null;
}
type Way = RollbackCandidate & { readonly goesTo: ReleaseId };

/** Every repository that a release is made from. */
const REPOSITORIES = `
  SELECT f.release_id, g.name, g.reason, g.last_success_at FROM (
    SELECT id AS release_id, repository_id FROM releases WHERE id = ANY($1::uuid[])
    UNION SELECT release_id, repository_id FROM release_sources WHERE release_id = ANY($1::uuid[])) f
  JOIN repositories g ON g.id = f.repository_id`;
const SPECS = 'SELECT l.id, v.spec FROM releases l JOIN application_revisions v ON v.id = l.revision_id WHERE l.id = ANY($1::uuid[])';
const TARGETS = `
  SELECT t.id, c.name, c.labels, c.facts, c.facts_at, s.kept FROM targets t JOIN clusters c ON c.id = t.cluster_id LEFT JOIN target_status s ON s.target_id = t.id
  WHERE t.id = ANY($1::uuid[])`;
/** Targets whose clusters are read at once. */
const CHUNK = 1_000;

/**
 * Which targets of a rollback could not go back now, by what the hub saw of the repositories when it looked last and what agents said last. Goes by the content that the
 * orders would name, with the labels and facts of now: a release that was rendered with other values is not kept. While every repository can be read it is one
 * question, and nobody is asked what he keeps.
 */
export async function findOutOfReach(tx: Pick<TransactionContext, 'query'>, candidates: readonly RollbackCandidate[]): Promise<OutOfReach | undefined> {
  const ways = candidates.flatMap((candidate): Way[] => (candidate.goesTo === undefined ? [] : [{ ...candidate, goesTo: candidate.goesTo }]));
  const releases = [...new Set(ways.map(({ goesTo }) => goesTo))];
  const repositories = await looksAt(tx, releases);
  if ([...repositories.values()].flat().every(({ reason }) => reason === undefined)) return undefined;
  const specs = new Map((await tx.query<{ id: string; spec: ApplicationSpec }>(SPECS, [releases])).map((row) => [row.id, row.spec]));
  const judged: WayBack[] = [];
  for (let from = 0; from < ways.length; from += CHUNK) {
    const some = ways.slice(from, from + CHUNK);
    const rows = new Map((await tx.query<TargetRow>(TARGETS, [some.map(({ id }) => id)])).map((row) => [row.id, row]));
    for (const { id, name, goesTo } of some) {
      const row = rows.get(id);
      const spec = specs.get(goesTo);
      const content = row && spec && contentOf(goesTo, spec, row);
      // No order can be made for it, so that nothing would be fetched: the planner says why.
      if (content !== undefined) judged.push({ target: name, repositories: repositories.get(goesTo) ?? [], content, kept: row?.kept ?? undefined });
    }
  }
  return outOfReach(judged);
}

async function looksAt(tx: Pick<TransactionContext, 'query'>, releases: readonly ReleaseId[]): Promise<ReadonlyMap<ReleaseId, readonly LastLook[]>> {
  const rows = await tx.query<RepositoryRow>(REPOSITORIES, [releases]);
  return new Map([...Map.groupBy(rows, (row) => releaseId(row.release_id))].map(([release, some]) => [release, some.map(toLook)]));
}

function toLook({ name, reason, last_success_at: lastReadAt }: RepositoryRow): LastLook {
  return { name, reason: reason === null ? undefined : isReasonCode(reason) ? reason : 'INTERNAL_ERROR', lastReadAt: lastReadAt ?? undefined };
}

function contentOf(release: ReleaseId, spec: ApplicationSpec, { name, labels, facts, facts_at: factsAt }: TargetRow): string | undefined {
  const resolved = resolveForCluster(spec, { name, labels, facts: factsAt === null ? undefined : factsOf(facts) });
  return resolved.ok ? contentId({ release: { id: release }, ...resolved.value }) : undefined;
}
