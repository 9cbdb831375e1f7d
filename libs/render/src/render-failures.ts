import type { SourceReadFailure, YamlFailure } from '#domain';
import { err, type Err } from '#kernel';
import type { RenderFailure, RenderFailureCode } from './renderer.js';

/** A failure that the next commit must cure. */
export function refuse(code: RenderFailureCode, message: string, file?: string, line?: number): Err<RenderFailure> {
  return err({ code, message, ...(file === undefined ? {} : { file }), ...(line === undefined ? {} : { line }), retryable: false });
}

/** @param namedBy what asked for the path: `apps/a/kustomization.yaml, resources[1]`; absent for the application's own */
export function sourceFailure(failure: SourceReadFailure, namedBy?: string): Err<RenderFailure> {
  const by = namedBy === undefined ? '' : `, named by ${namedBy}`;
  switch (failure.code) {
    case 'PATH_NOT_FOUND':
      return refuse('PATH_NOT_FOUND', `${failure.path === '' ? 'the root' : failure.path} does not exist in this commit${by}`, failure.path);
    case 'PATH_REFUSED':
      return refuse('PATH_REFUSED', `${failure.path}: ${failure.reason}${by}`, failure.path);
    case 'SOURCE_UNAVAILABLE':
      return err({ code: 'REPOSITORY_UNREACHABLE', message: `${failure.path} could not be read: ${failure.cause}`, file: failure.path, retryable: true });
  }
}

/** The limits on aliases and depth are a property of the file, so they are told like any other fault of it. */
export function yamlFailure(failure: YamlFailure): Err<RenderFailure> {
  return refuse(failure.code === 'YAML_LIMIT' ? 'INVALID_YAML' : failure.code, failure.message, failure.file, failure.line);
}
