import { err, ok, type Ids, type Result } from '#kernel';
import { repositoryId } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '../../platform/audit/index.js';
import { CHANNELS, Outbox, TransactionContext, viewerScope } from '../../platform/database/index.js';
import type { Viewer } from '../../platform/api/index.js';
import { IDS } from '../../platform/tokens.js';
import type { Project } from '../projects/index.js';
import { auditedRepository, type Repository } from './repository.js';
import type { CreateRepositoryFailure } from './repository.errors.js';
import { RepositorySecrets, type RepositoryCredentials } from './repository-secrets.js';
import { REPOSITORY_STORE, type RepositoryStore } from './repository.store.js';
import { checkCredentials, checkWriteCredentials } from './check-credentials.js';
import { checkPoll, checkRepositoryName, checkRepositoryType, checkRepositoryUrl, DEFAULT_POLL_MS } from './check-repository-settings.js';
import { checkWebhookSecret } from './check-webhook-secret.js';

export interface CreateRepositoryCommand {
  /** undefined: no such project, or not the viewer's. */
  readonly project: Project | undefined;
  readonly projectName: string;
  readonly name: string;
  readonly type: string | undefined;
  readonly url: string;
  readonly pollMs: number | undefined;
  readonly credentials: RepositoryCredentials | undefined;
  /** For the hub alone. */
  readonly writeCredentials: RepositoryCredentials | undefined;
  readonly webhookSecret: string | undefined;
}

/** Adds a repository. Whether it can be reached shows on it as soon as the source watcher has looked. */
@Injectable()
export class CreateRepository {
  constructor(
    @Inject(TransactionContext) private readonly tx: Pick<TransactionContext, 'run' | 'notify'>,
    @Inject(REPOSITORY_STORE) private readonly repositories: RepositoryStore,
    @Inject(RepositorySecrets) private readonly secrets: RepositorySecrets,
    @Inject(AuditTrail) private readonly audit: Pick<AuditTrail, 'record'>,
    @Inject(Outbox) private readonly outbox: Pick<Outbox, 'append'>,
    @Inject(IDS) private readonly ids: Ids,
  ) {}

  async execute(viewer: Viewer, command: CreateRepositoryCommand): Promise<Result<Repository, CreateRepositoryFailure>> {
    const { project } = command;
    if (project === undefined) return err({ code: 'PROJECT_NOT_FOUND', project: command.projectName });
    const repository = this.#build(project, command);
    if (!repository.ok) return repository;
    return this.tx.run(viewerScope(viewer, project.id), async () => {
      const added = await this.repositories.add(repository.value);
      if (!added.ok) return added;
      const { id, name } = added.value;
      await this.audit.record({ action: 'createRepository', object: { kind: 'Repository', id }, projectId: project.id, outcome: 'SUCCEEDED', after: auditedRepository(added.value) });
      await this.outbox.append({ kind: 'repository.created', projectId: project.id, payload: { repositoryId: id, name } });
      this.tx.notify(CHANNELS.repositoryDue, id);
      return added;
    });
  }

  #build(project: Project, command: CreateRepositoryCommand): Result<Repository, CreateRepositoryFailure> {
    const name = checkRepositoryName(command.name);
    if (!name.ok) return name;
    const type = checkRepositoryType(command.type, command.url);
    if (!type.ok) return type;
    const url = checkRepositoryUrl(command.url, type.value);
    if (!url.ok) return url;
    const poll = checkPoll(command.pollMs ?? DEFAULT_POLL_MS);
    if (!poll.ok) return poll;
    const credentials = checkCredentials(url.value, command.credentials);
    if (!credentials.ok) return credentials;
    const write = checkWriteCredentials(type.value, url.value, command.writeCredentials);
    if (!write.ok) return write;
    const secret = command.webhookSecret === undefined ? ok(undefined) : checkWebhookSecret(command.webhookSecret);
    if (!secret.ok) return secret;
    const id = repositoryId(this.ids.uuid());
    return ok({
      project: project.id, id, name: name.value, type: type.value, url: url.value, pollMs: poll.value, version: 1,
      credentials: credentials.value && this.secrets.sealCredentials(id, credentials.value),
      writeCredentials: write.value && this.secrets.sealWriteCredentials(id, write.value),
      webhookSecret: secret.value === undefined ? undefined : this.secrets.sealWebhookSecret(id, secret.value),
    });
  }
}
