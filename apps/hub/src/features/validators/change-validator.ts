import { err, ok, type Result } from '#kernel';
import { checkValidatorUrl, type ValidatorId } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '../../platform/audit/index.js';
import { Outbox, TransactionContext, viewerScope } from '../../platform/database/index.js';
import type { Viewer } from '../../platform/api/index.js';
import type { Project } from '../projects/index.js';
import type { ValidatorWithKey } from './create-validator.js';
import { ValidatorKeys } from './validator-keys.js';
import type { ChangeValidatorFailure } from './validator.errors.js';
import { auditedValidator, type Validator } from './validator.js';
import { ValidatorStore } from './validator.store.js';

export interface ChangeValidatorCommand {
  /** undefined: no such project, or not the viewer's. */
  readonly project: Project | undefined;
  readonly projectName: string;
  readonly name: string;
}

/** Moves, rekeys and deletes validators. A question that is under way meanwhile is still answered by whom it was put to. */
@Injectable()
export class ChangeValidator {
  constructor(
    @Inject(TransactionContext) private readonly tx: TransactionContext,
    @Inject(ValidatorStore) private readonly store: ValidatorStore,
    @Inject(ValidatorKeys) private readonly keys: ValidatorKeys,
    @Inject(AuditTrail) private readonly audit: AuditTrail,
    @Inject(Outbox) private readonly outbox: Outbox,
  ) {}

  /** @param change refuses when the validator has another version by now; undefined: whatever it is. The same address again changes nothing. */
  async update(viewer: Viewer, command: ChangeValidatorCommand, change: { readonly url: string; readonly version: number | undefined }): Promise<Result<ValidatorId, ChangeValidatorFailure>> {
    const url = checkValidatorUrl(change.url);
    if (!url.ok) return err({ code: 'INVALID_URL', field: 'url', rule: url.error });
    return this.#locked(viewer, command, async (stored) => {
      if (change.version !== undefined && change.version !== stored.version) return err({ code: 'STALE_VERSION', version: stored.version });
      if (url.value === stored.url) return ok(stored.id);
      await this.store.moveTo(stored, url.value);
      await this.#note('updateValidator', stored, { ...stored, url: url.value, version: stored.version + 1 });
      return ok(stored.id);
    });
  }

  /** The key before goes on signing beside the new one for a day. */
  async rotateKey(viewer: Viewer, command: ChangeValidatorCommand): Promise<Result<ValidatorWithKey, ChangeValidatorFailure>> {
    return this.#locked(viewer, command, async (stored) => {
      const { key, sealed } = this.keys.make(stored.id);
      await this.store.replaceKey(stored, sealed);
      await this.#note('rotateValidatorKey', stored, { ...stored, version: stored.version + 1 });
      return ok({ id: stored.id, key });
    });
  }

  /** Gates that name it wait from then on, and fail at their deadline. */
  async remove(viewer: Viewer, command: ChangeValidatorCommand): Promise<Result<ValidatorId, ChangeValidatorFailure>> {
    return this.#locked(viewer, command, async (stored) => {
      await this.store.remove(stored);
      await this.#note('deleteValidator', stored, undefined);
      return ok(stored.id);
    });
  }

  async #locked<T>(viewer: Viewer, { project, projectName, name }: ChangeValidatorCommand, work: (stored: Validator) => Promise<Result<T, ChangeValidatorFailure>>): Promise<Result<T, ChangeValidatorFailure>> {
    if (project === undefined) return err({ code: 'PROJECT_NOT_FOUND', project: projectName });
    return this.tx.run(viewerScope(viewer, project.id), async () => {
      const stored = await this.store.lockByName(project.id, name);
      return stored === undefined ? err({ code: 'VALIDATOR_NOT_FOUND', name }) : work(stored);
    });
  }

  async #note(action: 'updateValidator' | 'rotateValidatorKey' | 'deleteValidator', before: Validator, after: Validator | undefined): Promise<void> {
    const { project, id, name } = before;
    await this.audit.record({
      action, object: { kind: 'Validator', id }, projectId: project, outcome: 'SUCCEEDED', before: auditedValidator(before), ...(after === undefined ? {} : { after: auditedValidator(after) }),
    });
    await this.outbox.append({ kind: action === 'deleteValidator' ? 'validator.deleted' : 'validator.updated', projectId: project, payload: { validatorId: id, name } });
  }
}
