import type { JsonObject } from '#kernel';
import type { ProjectId, ValidatorId } from '#domain';

/** A service of a project that is asked about rollouts. Keys are sealed for its row. */
export interface Validator {
  readonly project: ProjectId;
  readonly id: ValidatorId;
  readonly name: string;
  readonly url: string;
  readonly sealedKey: Uint8Array;
  readonly version: number;
}

/** As the audit log has it: no key. */
export function auditedValidator({ name, url, version }: Validator): JsonObject {
  return { name, url, version };
}
