import { grantedPermissions, type GateSpec, type KnownToGates, type ProjectId } from '#domain';
import type { TransactionContext } from '../../platform/database/index.js';

/** Names that are looked at of each kind; those that a gate names are always among them. */
const MOST_NAMES = 10_000;

const SELECT_TOKENS = `
  SELECT DISTINCT t.principal_id, p.roles, t.scopes, t.emails <> '{}' AS has_address FROM api_tokens t JOIN principals p ON p.id = t.principal_id
  WHERE t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now()) AND p.disabled_at IS NULL AND p.kind <> 'SYSTEM' LIMIT 10000`;
const SELECT_NAMES = {
  validators: 'SELECT name FROM validators WHERE project_id = $1 ORDER BY name = ANY($2::text[]) DESC, name LIMIT $3',
  applications: `SELECT name FROM applications WHERE project_id = $1 AND state <> 'DELETED' ORDER BY name = ANY($2::text[]) DESC, name LIMIT $3`,
} as const;

/** What a project has for these gates: names only of what they ask for. Runs in the open transaction. */
export async function loadKnownToGates(tx: TransactionContext, project: ProjectId, gates: readonly GateSpec[]): Promise<KnownToGates> {
  const isNotByAuthor = await isNotByAuthorIn(tx, project);
  const asked = { validators: gates.flatMap((gate) => (gate.kind === 'VALIDATOR' ? [gate.validator] : [])), applications: gates.flatMap((gate) => (gate.kind === 'ROLLOUT' ? [gate.application] : [])) };
  return {
    isNotByAuthor, approvers: gates.some(({ kind }) => kind === 'APPROVAL') ? await countApprovers(tx, isNotByAuthor) : 0,
    validators: await namesOf(tx, 'validators', project, asked.validators), applications: await namesOf(tx, 'applications', project, asked.applications),
  };
}

async function isNotByAuthorIn(tx: TransactionContext, project: ProjectId): Promise<boolean> {
  const [row] = await tx.query<{ on: boolean | null }>(`SELECT (policy -> 'approvals' ->> 'notByAuthor')::boolean AS on FROM projects WHERE id = $1`, [project]);
  return row?.on ?? false;
}

/** How many people hold a token that may approve; where authors may not, one that says who they are. */
async function countApprovers(tx: TransactionContext, isNotByAuthor: boolean): Promise<number> {
  const rows = await tx.query<{ principal_id: string; roles: string[]; scopes: string[]; has_address: boolean }>(SELECT_TOKENS);
  return new Set(rows.filter(({ roles, scopes, has_address }) => (has_address || !isNotByAuthor) && grantedPermissions(roles, scopes).has('rollout:approve')).map((row) => row.principal_id)).size;
}

async function namesOf(tx: TransactionContext, kind: keyof typeof SELECT_NAMES, project: ProjectId, asked: readonly string[]): Promise<readonly string[]> {
  return asked.length === 0 ? [] : (await tx.query<{ name: string }>(SELECT_NAMES[kind], [project, asked, MOST_NAMES])).map(({ name }) => name);
}
