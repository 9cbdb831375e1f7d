import { err, ok, type Result } from '#kernel';
import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '../../platform/audit/index.js';
import { Outbox, TransactionContext, viewerScope } from '../../platform/database/index.js';
import type { Viewer } from '../../platform/api/index.js';
import type { Project } from '../projects/index.js';
import { FollowRepositoryChange } from './follow-repository-change.js';
import { auditedRepository, type Repository } from './repository.js';
import type { InvalidRepositorySetting, UpdateRepositoryFailure } from './repository.errors.js';
import { RepositorySecrets, type RepositoryCredentials } from './repository-secrets.js';
import { REPOSITORY_STORE, type RepositoryStore } from './repository.store.js';
import { changeCredentials, changeWriteCredentials, opened } from './change-credentials.js';
import { checkPoll, checkRepositoryUrl, checkSameType } from './check-repository-settings.js';
import { checkWebhookSecret } from './check-webhook-secret.js';
import { invalid } from './invalid-setting.js';

/** What is undefined stays as it is. */
export interface UpdateRepositoryCommand {
  /** undefined: no such project, or not the viewer's. */
  readonly project: Project | undefined;
  readonly projectName: string;
  readonly name: string;
  /** Must be the one that it has; undefined: whatever it is. */
  readonly type: string | undefined;
  readonly url: string | undefined;
  readonly pollMs: number | undefined;
  readonly credentials: RepositoryCredentials | undefined;
  readonly removeCredentials: boolean;
  /** For the hub alone. */
  readonly writeCredentials: RepositoryCredentials | undefined;
  readonly removeWriteCredentials: boolean;
  readonly webhookSecret: string | undefined;
  readonly removeWebhookSecret: boolean;
  /** Refuses when the repository has another version by now; undefined: whatever it is. */
  readonly version: number | undefined;
}

/** Changes a repository's settings and has it looked at anew. The same settings again change nothing. */
@Injectable()
export class UpdateRepository {
  constructor(
    @Inject(TransactionContext) private readonly tx: Pick<TransactionContext, 'run'>,
    @Inject(REPOSITORY_STORE) private readonly repositories: RepositoryStore,
    @Inject(RepositorySecrets) private readonly secrets: RepositorySecrets,
    @Inject(FollowRepositoryChange) private readonly follow: Pick<FollowRepositoryChange, 'execute'>,
    @Inject(AuditTrail) private readonly audit: Pick<AuditTrail, 'record'>,
    @Inject(Outbox) private readonly outbox: Pick<Outbox, 'append'>,
  ) {}

  async execute(viewer: Viewer, command: UpdateRepositoryCommand): Promise<Result<Repository, UpdateRepositoryFailure>> {
    const { project, name } = command;
    if (project === undefined) return err({ code: 'PROJECT_NOT_FOUND', project: command.projectName });
    return this.tx.run(viewerScope(viewer, project.id), async () => {
      const stored = await this.repositories.lockByName(project.id, name);
      if (stored === undefined) return err({ code: 'REPOSITORY_NOT_FOUND', name });
      if (command.version !== undefined && command.version !== stored.version) return err({ code: 'STALE_VERSION', version: stored.version });
      const changed = this.#change(stored, command);
      if (!changed.ok) return changed;
      return isSame(stored, changed.value) ? ok(stored) : this.#save(stored, changed.value);
    });
  }

  async #save(stored: Repository, changed: Repository): Promise<Result<Repository, UpdateRepositoryFailure>> {
    const { id, project } = stored;
    const saved = await this.repositories.save(changed);
    if (!saved.ok) return saved;
    await this.follow.execute(stored, saved.value);
    const before = auditedRepository(stored);
    await this.audit.record({ action: 'updateRepository', object: { kind: 'Repository', id }, projectId: project, outcome: 'SUCCEEDED', before, after: auditedRepository(saved.value) });
    await this.outbox.append({ kind: 'repository.updated', projectId: project, payload: { repositoryId: id } });
    return saved;
  }

  #change(stored: Repository, command: UpdateRepositoryCommand): Result<Repository, InvalidRepositorySetting> {
    const type = checkSameType(command.type, stored.type);
    if (!type.ok) return type;
    const url = command.url === undefined ? ok(stored.url) : checkRepositoryUrl(command.url, stored.type);
    if (!url.ok) return url;
    const poll = command.pollMs === undefined ? ok(stored.pollMs) : checkPoll(command.pollMs);
    if (!poll.ok) return poll;
    const credentials = changeCredentials(this.secrets, stored, { given: command.credentials, isRemoved: command.removeCredentials, url: url.value });
    if (!credentials.ok) return credentials;
    const writeCredentials = changeWriteCredentials(this.secrets, stored, { given: command.writeCredentials, isRemoved: command.removeWriteCredentials, url: url.value });
    if (!writeCredentials.ok) return writeCredentials;
    const webhookSecret = this.#webhookSecret(stored, command);
    if (!webhookSecret.ok) return webhookSecret;
    return ok({ ...stored, url: url.value, pollMs: poll.value, credentials: credentials.value, writeCredentials: writeCredentials.value, webhookSecret: webhookSecret.value });
  }

  #webhookSecret(stored: Repository, command: UpdateRepositoryCommand): Result<Repository['webhookSecret'], InvalidRepositorySetting> {
    if (command.webhookSecret === undefined) return ok(command.removeWebhookSecret ? undefined : stored.webhookSecret);
    if (command.removeWebhookSecret) return invalid('INVALID_VALUE', ['removeWebhookSecret'], 'a webhook secret is given and to be removed at once');
    const checked = checkWebhookSecret(command.webhookSecret);
    if (!checked.ok) return checked;
    const { id, webhookSecret } = stored;
    const isHeld = webhookSecret !== undefined && opened(() => this.secrets.openWebhookSecret(id, webhookSecret)) === checked.value;
    return ok(isHeld ? webhookSecret : this.secrets.sealWebhookSecret(id, checked.value));
  }
}

function isSame(a: Repository, b: Repository): boolean {
  return a.url === b.url && a.pollMs === b.pollMs && a.credentials === b.credentials && a.writeCredentials === b.writeCredentials && a.webhookSecret === b.webhookSecret;
}
