import { err, ok, type JsonObject, type Result } from '#kernel';
import type { ClusterContext } from '../cluster-context.js';
import { invalid, notFound, type ApiFailure } from '../http/api-failure.js';
import { numberAt, objectAt } from '../json/read-json.js';
import { invalidValue } from '../kinds/field-cause.js';
import { tableOf, type ResourceType } from '../resources/resource-type.js';
import type { ServiceAccountTokens } from './service-account-tokens.js';

const DEFAULT_SECONDS = 3600;
const MINIMUM_SECONDS = 600;

/** `serviceaccounts/token`: a token for the account, for an hour unless the request says otherwise. */
export function requestToken(cluster: ClusterContext, tokens: ServiceAccountTokens, type: ResourceType, namespace: string, name: string, body: JsonObject): Result<JsonObject, ApiFailure> {
  const account = cluster.store.get(tableOf(type), namespace, name);
  if (account === undefined) return err(notFound(type, name));
  const seconds = numberAt(body, 'spec', 'expirationSeconds') ?? DEFAULT_SECONDS;
  if (seconds < MINIMUM_SECONDS) {
    return err(invalid({ group: 'authentication.k8s.io', kind: 'TokenRequest' }, '', [invalidValue('spec.expirationSeconds', seconds, 'may not specify a duration less than 10 minutes')]));
  }
  const expiresAt = new Date(cluster.clock.now().getTime() + seconds * 1000);
  const token = tokens.mint({ namespace, name, uid: account.metadata.uid ?? '', expiresAt });
  return ok({
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name, namespace },
    spec: { ...objectAt(body, 'spec'), expirationSeconds: seconds },
    status: { token, expirationTimestamp: expiresAt.toISOString().replace(/\.\d+Z$/, 'Z') },
  });
}
