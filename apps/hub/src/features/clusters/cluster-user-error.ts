import { assertNever } from '#kernel';
import { userError, type UserError } from '../../platform/api/index.js';
import type { CreateClusterFailure, CreateJoinTokenFailure, LabelClusterFailure, RemoveClusterFailure } from './cluster.errors.js';

/** Failures of this feature as the API tells them. `nameField` is what the input calls the cluster, `labelsField` its labels. */
export function toClusterUserError(
  failure: CreateClusterFailure | LabelClusterFailure | RemoveClusterFailure | CreateJoinTokenFailure,
  nameField = 'name',
  labelsField = 'labels',
): UserError {
  switch (failure.code) {
    case 'INVALID_NAME':
      return userError(failure.code, [nameField], sentence(failure.rule));
    case 'INVALID_LABEL':
      return userError(failure.code, failure.key === '' ? [labelsField] : [labelsField, failure.key], sentence(failure.rule));
    case 'DUPLICATE_CLUSTER':
      return userError(failure.code, [nameField], `There is a cluster named ${failure.name} already.`, 'Take another name; to change its labels: capstan label cluster NAME key=value');
    case 'CLUSTER_NOT_FOUND':
      return userError(failure.code, [nameField], 'No such cluster.', 'See which there are: capstan get clusters');
    case 'CLUSTER_NOT_ACTIVE':
      return userError(failure.code, [nameField], `The cluster is ${failure.state}.`, 'Wait until it is removed, or remove it with force.');
    case 'STALE_VERSION':
      return userError(failure.code, ['version'], 'Somebody else changed the cluster since.', 'Read it again.', { version: failure.version });
    case 'REMOVAL_NEEDS_CONFIRMATION':
      return userError(
        failure.code, ['confirmRemovals'], `This would remove ${failure.count} ${failure.count === 1 ? 'target' : 'targets'}.`, 'Look at them; to go on, repeat it with this digest as confirmRemovals.',
        { count: failure.count, digest: failure.digest, targets: failure.targets },
      );
    default:
      return assertNever(failure);
  }
}

/** Rules come as a phrase or as a whole sentence. */
function sentence(rule: string): string {
  return `${rule.charAt(0).toUpperCase()}${rule.slice(1)}${rule.endsWith('.') ? '' : '.'}`;
}
