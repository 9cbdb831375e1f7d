import { err, ok, type Result } from '#kernel';
import { authenticate } from '../access/authenticate.js';
import { isAllowed, isOpenPath, type Action } from '../access/authorize.js';
import { impersonate, refusal, type Impersonation } from '../access/impersonate.js';
import type { ServiceAccountTokens } from '../access/service-account-tokens.js';
import type { User } from '../access/user.js';
import type { ClusterContext } from '../cluster-context.js';
import { isCreatedByUpdate } from '../verbs/update-object.js';
import { tableOf } from '../resources/resource-type.js';
import { answerPath, type ServerFacts } from './answer-path.js';
import { answerResource } from './answer-resource.js';
import { failed, type ApiAnswer, type ApiCall } from './api-call.js';
import { forbidden, noSuchPath, noSuchResource, unauthorized, type ApiFailure } from './api-failure.js';
import type { RequestInfo } from './request-info.js';

export interface Caller {
  readonly user: User;
  readonly impersonatedUser: User | undefined;
}

/** One cluster's API without the network: who asks, whether they may, and the answer. */
export class ClusterApi {
  constructor(
    readonly cluster: ClusterContext,
    readonly tokens: ServiceAccountTokens,
    private readonly adminToken: string,
    private readonly facts: ServerFacts,
  ) {}

  /** Who asks and in whose place. The impersonated user comes back even when the right to impersonate is missing. */
  identify(authorization: string | undefined, asked: Impersonation): { readonly user: User | undefined; readonly caller: Result<Caller, ApiFailure> } {
    const user = authenticate(authorization, this.adminToken, this.tokens, this.cluster.store);
    if (user === undefined) return { user, caller: err(unauthorized()) };
    const other = impersonate(this.cluster.store, user, asked);
    return { user, caller: other.ok ? ok({ user, impersonatedUser: other.value }) : other };
  }

  answer(caller: Caller, call: ApiCall): ApiAnswer {
    const user = caller.impersonatedUser ?? caller.user;
    const denied = this.denial(user, call.info, call.contentType);
    if (denied !== undefined) return failed(denied);
    const path = call.info.resource;
    if (path === undefined) return answerPath(this.cluster.registry, this.facts, call);
    const type = this.cluster.registry.find(path.group, path.version, path.plural);
    if (type === undefined && !this.cluster.registry.isBuiltin(path.group, path.version)) return failed(noSuchPath());
    if (type === undefined || (!type.isNamespaced && path.namespace !== '' && type.plural !== 'namespaces')) return failed(noSuchResource());
    return answerResource(this.cluster, this.tokens, type, path, call);
  }

  private denial(user: User, info: RequestInfo, contentType: string): ApiFailure | undefined {
    const { resource } = info;
    if (resource === undefined) {
      const isOpen = info.method === 'GET' && isOpenPath(info.path);
      return isOpen || user.groups.includes('system:masters') ? undefined : forbidden(`forbidden: User ${JSON.stringify(user.username)} cannot ${info.verb} path ${JSON.stringify(info.path)}`);
    }
    const { group, namespace, name, subresource, plural } = resource;
    const action: Action = { verb: info.verb, group, resource: subresource === '' ? plural : `${plural}/${subresource}`, namespace, name };
    const wanted = [action, ...(this.isCreating(info, contentType) ? [{ ...action, verb: 'create' }] : [])];
    const missing = wanted.find((one) => !isAllowed(this.cluster.store, user, one));
    return missing === undefined ? undefined : forbidden(refusal(user, missing), { name, ...(group === '' ? {} : { group }), kind: plural });
  }

  /** An apply or replacement that creates needs the right to create too. */
  private isCreating(info: RequestInfo, contentType: string): boolean {
    const path = info.resource;
    if (path === undefined) return false;
    const type = this.cluster.registry.find(path.group, path.version, path.plural);
    const mayCreate = type !== undefined && (info.verb === 'patch' ? contentType.startsWith('application/apply-patch') : info.verb === 'update' && isCreatedByUpdate({ type, isStatus: false }));
    return mayCreate && path.subresource === '' && this.cluster.store.get(tableOf(type), type.isNamespaced ? path.namespace : '', path.name) === undefined;
  }
}
