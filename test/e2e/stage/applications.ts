import type { GitRepositoryBuilder } from '#testing';
import type { Stage } from './stage.js';

export interface ApplicationRequest {
  readonly name: string;
  readonly repository: string;
  readonly path: string;
  readonly selector?: Readonly<Record<string, unknown>>;
  readonly namespace?: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Absent: everywhere at once, for promises that are not about rollouts. */
  readonly strategy?: Readonly<Record<string, unknown>>;
  readonly sync?: { readonly automated?: boolean; readonly prune?: boolean; readonly drift?: 'HEAL' | 'REPORT' };
}

/** The input of an application; without a selector it goes everywhere. */
export function applicationSpec({ repository, path, selector, namespace, parameters, sync, strategy = { kind: 'ALL_AT_ONCE' } }: ApplicationRequest): Readonly<Record<string, unknown>> {
  return { source: { repository, ref: 'main', path }, selector: selector ?? { all: true }, strategy, ...(namespace === undefined ? {} : { namespace }), ...(parameters === undefined ? {} : { parameters }), ...(sync === undefined ? {} : { sync }) };
}

export async function createApplication(stage: Stage, request: ApplicationRequest): Promise<void> {
  await stage.api.must('createApplication', { project: 'default', name: request.name, spec: applicationSpec(request) });
}

/** A repository on the Git server that the hub polls every second. */
export async function registeredRepository(stage: Stage, name: string, poll = '1s'): Promise<GitRepositoryBuilder> {
  const repository = await stage.repository(name);
  await stage.api.must('createRepository', { project: 'default', name, url: repository.url, poll });
  return repository;
}
