import { noFailpoints, silentLog, type Failpoints } from '#kernel';
import { planPromotion, repositoryId, type GitWriteForm, type PromotionDecision } from '#domain';
import { GitWriter, SystemGit } from '#git';
import { systemRandom, systemTimers } from '#runtime';
import { aGitRepository, gitForTests, GitServer, type GitContent, type GitRepositoryBuilder } from '#testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CarryOutWrite } from '../../src/features/git-writes/carry-out-write.js';
import { loadPromotions } from '../../src/features/git-writes/load-promotion.js';
import { PromoteReleases } from '../../src/features/git-writes/promote-releases.js';
import { SqlGitWriteStore } from '../../src/features/git-writes/sql-git-write.store.js';
import { WriteCommits } from '../../src/features/git-writes/write-commits.js';
import { RepositorySchedule, RepositorySecrets } from '../../src/features/repositories/index.js';
import { AuditTrail } from '../../src/platform/audit/index.js';
import { Outbox, systemScope } from '../../src/platform/database/index.js';
import { Envelope, MasterKeys } from '../../src/platform/secrets/index.js';
import { stagedGround, type StagedGround } from '../planning/staged-ground.js';

export const WRITER = { username: 'writer', password: 'canary-writer-4711' };
const never = new AbortController().signal;

export interface WriteRow {
  readonly kind: string;
  readonly state: string;
  readonly reason: string | null;
  readonly message: string | null;
  readonly commit: string | null;
  readonly new_branch: string | null;
  readonly attempts: number;
}

/** A staged ground whose repository is a real one that may be pushed to, and the writer of commits, asked by hand. */
export async function writeGround() {
  const staged: StagedGround = await stagedGround();
  const server = await GitServer.start();
  const repository: GitRepositoryBuilder = await aGitRepository(server, 'fleet', { allowPush: true, credentials: WRITER });
  const cacheDirectory = await mkdtemp(join(tmpdir(), 'capstan-writes-'));
  const git = new SystemGit({ cacheDirectory, timers: systemTimers });
  const key = Buffer.alloc(32, 7);
  const secrets = new RepositorySecrets(new Envelope(new MasterKeys({ key, id: key.subarray(0, 8) }), systemRandom), systemRandom);
  const fleet = repositoryId(staged.repository);
  const { tx, ids } = staged;
  const remote = { url: repository.url, credentials: WRITER };
  await staged.rows('UPDATE repositories SET url = $1', [repository.url]);

  const ground = {
    ...staged, server, repository,
    /** What the hub may write with; undefined: nothing. */
    async mayWrite(credentials: typeof WRITER | undefined): Promise<void> {
      const sealed = credentials && secrets.sealWriteCredentials(fleet, credentials);
      await staged.rows('UPDATE repositories SET write_credentials_encrypted = $1, write_credentials_digest = $2', [sealed === undefined ? null : Buffer.from(sealed.sealed), sealed?.digest ?? null]);
    },
    /** A commit on the branch, which the hub has looked at and planned. */
    async pushes(changes: Readonly<Record<string, GitContent>>, branch = 'main'): Promise<string> {
      const commit = await repository.commit(changes, 'change', { branch });
      await ground.sees(branch);
      return commit;
    },
    /** The hub looks at the branch, as it is told to by a webhook. */
    async sees(branch = 'main'): Promise<void> {
      const fullRef = `refs/heads/${branch}`;
      const commit = (await repository.head(branch)) ?? '';
      const objects = await git.mirror(remote, 'watched', [{ fullRef, commit }], never);
      const tree = objects.ok ? await objects.value.tree(commit) : objects;
      if (!tree.ok) throw new Error(tree.error.message);
      await staged.rows(
        `INSERT INTO repository_refs (project_id, repository_id, ref, full_ref, commit) SELECT project_id, id, $1, $2, $3 FROM repositories ON CONFLICT (project_id, repository_id, ref) DO UPDATE SET commit = excluded.commit`, [branch, fullRef, commit],
      );
      await staged.evaluation.evaluate({ project: staged.project.id, repository: fleet, ref: branch, fullRef, commit, content: { kind: 'TREE', tree: tree.value }, author: 'Ada', subject: 'change', committedAt: new Date('2026-11-01T12:00:00Z') }, never);
      await staged.plan();
    },
    goesBack: (scope: Parameters<StagedGround['rollBack']>[0] = {}, as: GitWriteForm = 'COMMIT') => staged.rollBack(scope, 'checkout fails\n\nCapstan-Rollback: forged', as),
    writer(failpoints: Failpoints = noFailpoints): WriteCommits {
      const carryOut = new CarryOutWrite({
        writer: new GitWriter(git, { cacheDirectory }), egress: { check: () => Promise.resolve({ ok: true, value: undefined }) }, openCredentials: (id, sealed) => secrets.openWriteCredentials(id, sealed),
        by: { name: 'Capstan', email: 'capstan@example.com' },
      });
      return new WriteCommits({
        tx, store: new SqlGitWriteStore(tx), carryOut, schedule: new RepositorySchedule(tx), audit: new AuditTrail(tx, ids), outbox: new Outbox(tx, ids), timers: systemTimers, random: systemRandom, ids, failpoints, log: silentLog,
      });
    },
    /** Everything that is due is carried out; what waits for a later attempt is made due first. */
    async writes(): Promise<readonly WriteRow[]> {
      await staged.rows(`UPDATE git_writes SET next_at = now() WHERE state = 'PENDING'`);
      await ground.writer().pass();
      return ground.owed();
    },
    /** Looks at promotions as the hub does. */
    promotes: (): Promise<number> => new PromoteReleases({ tx, audit: new AuditTrail(tx, ids), outbox: new Outbox(tx, ids), ids, log: silentLog }).pass(),
    async promotion(application: string): Promise<PromotionDecision> {
      const [row] = await staged.rows<{ readonly id: string }>('SELECT id FROM applications WHERE name = $1', [application]);
      const [loaded] = await tx.run(systemScope('test'), () => loadPromotions(tx, [row?.id ?? '']));
      if (loaded === undefined) throw new Error(`${application} is promoted from nowhere`);
      return planPromotion(loaded.state, loaded.now);
    },
    owed: (): Promise<WriteRow[]> => staged.rows<WriteRow>('SELECT kind, state, reason, message, commit, new_branch, attempts FROM git_writes ORDER BY id'),
    git: async (...args: readonly string[]): Promise<string> => (await gitForTests(['--git-dir', repository.directory, ...args])).trim(),
    async close(): Promise<void> {
      await staged.close();
      await git.close();
      await server.dispose();
      await rm(cacheDirectory, { recursive: true, force: true });
    },
  };
  return ground;
}
