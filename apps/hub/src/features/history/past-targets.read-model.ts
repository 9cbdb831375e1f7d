import { err, ok, type Result } from '#kernel';
import { applicationId, clusterId, foldTargetChanges, formatTargetName, projectId, targetId, type ApplicationId, type ClusterId, type ProjectId, type TargetId, type TargetName, type TargetPast } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import type { Page, Viewer } from '../../platform/api/index.js';
import { IS_THERE, newestChanges, newestOfLife, TransactionContext, viewerScope } from '../../platform/database/index.js';
import { toTargetChange, type ChangeRow } from './change-row.js';

/** A target as it was at a moment. */
export interface PastTargetView {
  readonly project: ProjectId;
  readonly id: TargetId;
  /** `project/application@cluster` */
  readonly name: string;
  readonly application: { readonly id: ApplicationId; readonly name: string };
  readonly cluster: { readonly id: ClusterId; readonly name: string };
  readonly at: Date;
  readonly past: TargetPast;
}

/** NOT_KEPT: the moment is before the oldest that can still be told. */
export type PastFailure = { readonly code: 'NOT_KEPT'; readonly since: Date } | { readonly code: 'IN_FUTURE'; readonly now: Date };

interface NameRow {
  readonly project_id: string;
  readonly id: string;
  readonly application_id: string;
  readonly cluster_id: string;
  readonly project: string;
  readonly application: string;
  readonly cluster: string;
}

/** A moment is told to the millisecond, and a change in it belongs to it: the time that a list shows of a change is one at which it has happened. */
const BEFORE = `($1::timestamptz + interval '1 millisecond')`;
const NAMES = `
  SELECT t.project_id, t.id, t.application_id, t.cluster_id, p.name AS project, a.name AS application, c.name AS cluster
  FROM targets t JOIN applications a ON a.id = t.application_id JOIN clusters c ON c.id = t.cluster_id JOIN projects p ON p.id = t.project_id
  CROSS JOIN LATERAL (${newestOfLife('t.id', BEFORE)}) l WHERE ${IS_THERE}`;
const CHANGES = `SELECT n.* FROM unnest($2::uuid[]) AS t (id) CROSS JOIN LATERAL (${newestChanges('t.id', BEFORE)}) n ORDER BY n.target_id, n.at, n.id`;

/** What ran where at any moment that is kept, from the changes of targets alone. */
@Injectable()
export class PastTargetsReadModel {
  constructor(@Inject(TransactionContext) private readonly tx: TransactionContext) {}

  /** undefined: it was not there then, or there is no such target, or it is not the viewer's. */
  async findByName(viewer: Viewer, name: TargetName, at: Date): Promise<Result<PastTargetView | undefined, PastFailure>> {
    const found = await this.#look(viewer, at, 'AND p.name = $2 AND a.name = $3 AND c.name = $4 LIMIT 1', [name.project, name.application, name.cluster]);
    return found.ok ? ok(found.value[0]) : found;
  }

  /** The targets of an application or on a cluster that were there then, in order of creation; one more than the page wants. */
  async list(viewer: Viewer, of: { readonly application: ApplicationId } | { readonly cluster: ClusterId }, at: Date, page: Page): Promise<Result<readonly PastTargetView[], PastFailure>> {
    const [column, id] = 'application' in of ? ['application_id', of.application] : ['cluster_id', of.cluster];
    return this.#look(viewer, at, `AND t.${column} = $2 AND ($3::uuid IS NULL OR t.id > $3) ORDER BY t.id LIMIT $4`, [id, page.after?.id ?? null, page.limit + 1]);
  }

  /** The application that had this name then, also one that was deleted since. */
  async application(viewer: Viewer, project: string, name: string, at: Date): Promise<Result<{ readonly id: ApplicationId; readonly name: string; readonly project: string } | undefined, PastFailure>> {
    return this.#told(viewer, at, async () => {
      const [row] = await this.tx.query<{ id: string; name: string; project: string }>(
        `SELECT a.id, a.name, p.name AS project FROM applications a JOIN projects p ON p.id = a.project_id
         WHERE p.name = $2 AND a.name = $3 AND a.created_at < ${BEFORE} AND (a.deleted_at IS NULL OR a.deleted_at >= ${BEFORE}) ORDER BY a.created_at DESC LIMIT 1`, [at, project, name],
      );
      return row && { ...row, id: applicationId(row.id) };
    });
  }

  /** The cluster, which keeps its row also when it was removed since. */
  async cluster(viewer: Viewer, name: string, at: Date): Promise<Result<{ readonly id: ClusterId; readonly name: string } | undefined, PastFailure>> {
    return this.#told(viewer, at, async () => {
      const [row] = await this.tx.query<{ id: string; name: string }>(`SELECT id, name FROM clusters WHERE name = $2 AND created_at < ${BEFORE}`, [at, name]);
      return row && { ...row, id: clusterId(row.id) };
    });
  }

  /** The oldest moment that can be told; undefined: nothing was ever dropped. */
  async keptSince(viewer: Viewer): Promise<Date | undefined> {
    const [row] = await this.tx.run(viewerScope(viewer), () => this.tx.query<{ since: Date }>('SELECT since FROM history_horizon'));
    return row?.since;
  }

  #look(viewer: Viewer, at: Date, where: string, parameters: readonly unknown[]): Promise<Result<readonly PastTargetView[], PastFailure>> {
    return this.#told(viewer, at, async () => {
      const names = await this.tx.query<NameRow>(`${NAMES} ${where}`, [at, ...parameters]);
      const changes = Map.groupBy(names.length === 0 ? [] : await this.tx.query<ChangeRow>(CHANGES, [at, names.map((row) => row.id)]), (row) => row.target_id);
      return names.flatMap((row): PastTargetView[] => {
        const past = foldTargetChanges((changes.get(row.id) ?? []).flatMap((change) => toTargetChange(change) ?? []));
        return past === undefined ? [] : [{
          project: projectId(row.project_id), id: targetId(row.id), name: formatTargetName(row), at, past,
          application: { id: applicationId(row.application_id), name: row.application }, cluster: { id: clusterId(row.cluster_id), name: row.cluster },
        }];
      });
    });
  }

  /** The horizon is read last: nothing is dropped between what was read and the end of the transaction, so that it is that of what was read. */
  async #told<T>(viewer: Viewer, at: Date, read: () => Promise<T>): Promise<Result<T, PastFailure>> {
    return this.tx.run(viewerScope(viewer), async () => {
      await this.tx.query('LOCK TABLE target_transitions IN ACCESS SHARE MODE');
      const value = await read();
      const [bounds] = await this.tx.query<{ now: Date; since: Date | null }>('SELECT clock_timestamp() AS now, (SELECT since FROM history_horizon) AS since');
      if (bounds === undefined) throw new Error('the database did not tell the time');
      if (bounds.since !== null && at < bounds.since) return err({ code: 'NOT_KEPT', since: bounds.since });
      return at > bounds.now ? err({ code: 'IN_FUTURE', now: bounds.now }) : ok(value);
    });
  }
}
