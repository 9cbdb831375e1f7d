import { ok, type Digest, type JsonObject, type Result } from '#kernel';
import type { ApplicationSpec } from '../application/application-spec.js';
import type { Patch, PatchSpec } from '../application/patch-spec.js';
import { matchesSelector } from '../selector/match-selector.js';
import { resolveParameters, type ParameterCluster, type ParameterFailure } from './resolve-parameters.js';

/** What a release is rendered with on one cluster. */
export interface ResolvedForCluster {
  readonly parameters: JsonObject;
  /** Over the canonical encoding of `parameters`. */
  readonly parametersDigest: Digest;
  /** Those that the cluster gets, in the order of the specification; absent: none. */
  readonly patches?: readonly Patch[];
}

/** The final parameters and patches for one cluster. A failure names the parameter, or the patch by its place. Pure. */
export function resolveForCluster(spec: Pick<ApplicationSpec, 'parameters' | 'patches'>, cluster: ParameterCluster): Result<ResolvedForCluster, ParameterFailure> {
  const resolved = resolveParameters(spec.parameters, cluster);
  if (!resolved.ok) return resolved;
  const { parameters, digest } = resolved.value;
  const patches: Patch[] = [];
  for (const [index, one] of (spec.patches ?? []).entries()) {
    if (!isFor(one, cluster)) continue;
    const text = resolveParameters({ [`patches[${index}]`]: one.patch }, cluster);
    if (!text.ok) return text;
    patches.push({ target: one.target, patch: String(Object.values(text.value.parameters)[0]), place: index });
  }
  return ok({ parameters, parametersDigest: digest, ...(patches.length === 0 ? {} : { patches }) });
}

function isFor({ clusters }: PatchSpec, cluster: ParameterCluster): boolean {
  return clusters === undefined || matchesSelector(clusters, cluster.labels, cluster.facts).matches;
}
