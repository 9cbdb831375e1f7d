import type { ClusterContext } from '../cluster-context.js';
import { forbiddenField, unsupported, type FieldCause } from '../kinds/field-cause.js';
import type { ApiCall } from './api-call.js';
import { badRequest, invalid, notImplemented, tooLargeVersion, type ApiFailure } from './api-failure.js';

/** Why a list or watch cannot start at the version that it asks for. Lists are always of now: what is not older than an earlier version. */
export function versionRefusal(cluster: ClusterContext, call: ApiCall): ApiFailure | undefined {
  const { query, verb, method, path } = call.info;
  const causes = verb === 'watch' ? watchCauses(query) : listCauses(query);
  if (causes.length > 0) return invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', causes);
  const text = query.get('resourceVersion') ?? '';
  const version = Number(text);
  if (!/^\d*$/.test(text)) return verb === 'watch' ? { code: 500, reason: '', message: unparsed(text) } : badRequest(`invalid resource version: ${unparsed(text)}`);
  if (query.get('resourceVersionMatch') === 'Exact') return notImplemented(method, path, 'lists of an earlier moment');
  return verb === 'list' && version > cluster.store.revision ? tooLargeVersion(version, cluster.store.revision) : undefined;
}

function unparsed(text: string): string {
  return `resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`;
}

function listCauses(query: URLSearchParams): readonly FieldCause[] {
  const isMatched = (query.get('resourceVersionMatch') ?? '') !== '';
  return [
    ...(query.has('sendInitialEvents') ? [forbiddenField('sendInitialEvents', 'sendInitialEvents is forbidden for list')] : []),
    ...(isMatched && (query.get('resourceVersion') ?? '') === '' ? [forbiddenField('resourceVersionMatch', 'resourceVersionMatch is forbidden unless resourceVersion is provided')] : []),
  ];
}

function watchCauses(query: URLSearchParams): readonly FieldCause[] {
  const match = query.get('resourceVersionMatch') ?? '';
  const isInitial = query.has('sendInitialEvents');
  if ((query.get('continue') ?? '') !== '') return [forbiddenField('resourceVersionMatch', 'resourceVersionMatch is forbidden when continue is provided')];
  if (isInitial && match !== 'NotOlderThan') return [forbiddenField('resourceVersionMatch', 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan')];
  if (isInitial || match === '') return [];
  const choices = match === 'NotOlderThan' ? [] : [unsupported('resourceVersionMatch', match, ['NotOlderThan'])];
  return [forbiddenField('resourceVersionMatch', 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'), ...choices];
}
