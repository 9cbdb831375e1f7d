import { isUuid, type Brand } from '#kernel';

/** Ids of rows: UUIDv7 texts, branded so that one is never passed for another. */
export type HubId = Brand<string, 'HubId'>;
export type ProjectId = Brand<string, 'ProjectId'>;
export type PrincipalId = Brand<string, 'PrincipalId'>;
export type ClusterId = Brand<string, 'ClusterId'>;
export type JoinTokenId = Brand<string, 'JoinTokenId'>;
export type RepositoryId = Brand<string, 'RepositoryId'>;
export type ApplicationId = Brand<string, 'ApplicationId'>;
export type ApplicationRevisionId = Brand<string, 'ApplicationRevisionId'>;
export type ReleaseId = Brand<string, 'ReleaseId'>;
export type RolloutId = Brand<string, 'RolloutId'>;
export type TargetId = Brand<string, 'TargetId'>;
export type TombstoneId = Brand<string, 'TombstoneId'>;
export type ValidatorId = Brand<string, 'ValidatorId'>;

/**
 * Brands a text that is known to be a UUID (a row, a verified message).
 * @throws TypeError when it is not one: a corrupt id never travels on.
 */
function brandUuid<T extends string>(text: string): T {
  if (!isUuid(text)) throw new TypeError(`not an id: ${JSON.stringify(text)}`);
  return text as T;
}

export const hubId = (text: string): HubId => brandUuid<HubId>(text);
export const projectId = (text: string): ProjectId => brandUuid<ProjectId>(text);
export const principalId = (text: string): PrincipalId => brandUuid<PrincipalId>(text);
export const clusterId = (text: string): ClusterId => brandUuid<ClusterId>(text);
export const joinTokenId = (text: string): JoinTokenId => brandUuid<JoinTokenId>(text);
export const repositoryId = (text: string): RepositoryId => brandUuid<RepositoryId>(text);
export const applicationId = (text: string): ApplicationId => brandUuid<ApplicationId>(text);
export const applicationRevisionId = (text: string): ApplicationRevisionId => brandUuid<ApplicationRevisionId>(text);
export const releaseId = (text: string): ReleaseId => brandUuid<ReleaseId>(text);
export const rolloutId = (text: string): RolloutId => brandUuid<RolloutId>(text);
export const targetId = (text: string): TargetId => brandUuid<TargetId>(text);
export const tombstoneId = (text: string): TombstoneId => brandUuid<TombstoneId>(text);
export const validatorId = (text: string): ValidatorId => brandUuid<ValidatorId>(text);
