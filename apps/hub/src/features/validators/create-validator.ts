import { err, ok, type Ids, type Result } from '#kernel';
import { checkValidatorUrl, parseName, validatorId, type ValidatorId } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '../../platform/audit/index.js';
import { Outbox, TransactionContext, viewerScope } from '../../platform/database/index.js';
import type { Viewer } from '../../platform/api/index.js';
import { IDS } from '../../platform/tokens.js';
import type { Project } from '../projects/index.js';
import { ValidatorKeys } from './validator-keys.js';
import type { CreateValidatorFailure } from './validator.errors.js';
import { auditedValidator, type Validator } from './validator.js';
import { ValidatorStore } from './validator.store.js';

export interface CreateValidatorCommand {
  /** undefined: no such project, or not the viewer's. */
  readonly project: Project | undefined;
  readonly projectName: string;
  readonly name: string;
  readonly url: string;
}

/** A validator and the key that its questions are signed with, which is told here and never again. */
export interface ValidatorWithKey {
  readonly id: ValidatorId;
  readonly key: string;
}

/** Adds a validator, which gates of all applications of the project may name. Nothing is sent to it yet. */
@Injectable()
export class CreateValidator {
  constructor(
    @Inject(TransactionContext) private readonly tx: TransactionContext,
    @Inject(ValidatorStore) private readonly store: ValidatorStore,
    @Inject(ValidatorKeys) private readonly keys: ValidatorKeys,
    @Inject(AuditTrail) private readonly audit: AuditTrail,
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(IDS) private readonly ids: Ids,
  ) {}

  async execute(viewer: Viewer, { project, projectName, name, url }: CreateValidatorCommand): Promise<Result<ValidatorWithKey, CreateValidatorFailure>> {
    if (project === undefined) return err({ code: 'PROJECT_NOT_FOUND', project: projectName });
    const named = parseName(name);
    if (!named.ok) return err({ code: 'INVALID_NAME', field: 'name', rule: named.error.rule });
    const address = checkValidatorUrl(url);
    if (!address.ok) return err({ code: 'INVALID_URL', field: 'url', rule: address.error });
    const id = validatorId(this.ids.uuid());
    const { key, sealed } = this.keys.make(id);
    const validator: Validator = { project: project.id, id, name: named.value, url: address.value, sealedKey: sealed, version: 1 };
    return this.tx.run(viewerScope(viewer, project.id), async () => {
      const added = await this.store.add(validator);
      if (!added.ok) return added;
      await this.audit.record({ action: 'createValidator', object: { kind: 'Validator', id }, projectId: project.id, outcome: 'SUCCEEDED', after: auditedValidator(validator) });
      await this.outbox.append({ kind: 'validator.created', projectId: project.id, payload: { validatorId: id, name: validator.name } });
      return ok({ id, key });
    });
  }
}
