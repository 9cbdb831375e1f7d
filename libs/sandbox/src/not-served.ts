/** One request that a real server answers and the sandbox says 501 to, loudly: what relies on it has to run on real Kubernetes. */
export interface NotServed {
  readonly what: string;
  readonly method: string;
  /** In a namespace `default` with a Deployment and a pod named `web`. */
  readonly path: string;
  readonly contentType?: string;
  readonly body?: string;
  readonly accept?: string;
}

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const DEPLOYMENT = '/apis/apps/v1/namespaces/default/deployments/web';
const SCALE = '{"apiVersion":"autoscaling/v1","kind":"Scale","metadata":{"name":"web"},"spec":{"replicas":1}}';

const WEBHOOK_DEFINITION = '{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"a.b.c"},"spec":{"conversion":{"strategy":"Webhook"}}}';

/** What is left out of the surface, as requests. The table in the README says the same in words. */
export const NOT_SERVED: readonly NotServed[] = [
  { what: 'JSON patches', method: 'PATCH', path: DEPLOYMENT, contentType: 'application/json-patch+json', body: '[]' },
  { what: 'strategic merge patches', method: 'PATCH', path: DEPLOYMENT, contentType: 'application/strategic-merge-patch+json', body: '{}' },
  { what: 'apply of a scale', method: 'PATCH', path: `${DEPLOYMENT}/scale?fieldManager=x`, contentType: 'application/apply-patch+yaml', body: SCALE },
  { what: 'deletion of a whole collection', method: 'DELETE', path: CONFIG_MAPS },
  { what: 'lists of an earlier moment', method: 'GET', path: `${CONFIG_MAPS}?resourceVersion=1&resourceVersionMatch=Exact` },
  { what: 'commands in a container', method: 'POST', path: '/api/v1/namespaces/default/pods/web/exec' },
  { what: 'evictions', method: 'POST', path: '/api/v1/namespaces/default/pods/web/eviction', body: '{}' },
  { what: 'tables alone', method: 'GET', path: CONFIG_MAPS, accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
  { what: 'protobuf', method: 'GET', path: CONFIG_MAPS, accept: 'application/vnd.kubernetes.protobuf' },
  { what: 'YAML in answers', method: 'GET', path: CONFIG_MAPS, accept: 'application/yaml' },
  { what: 'OpenAPI', method: 'GET', path: '/openapi/v3' },
  { what: 'conversion by webhooks', method: 'POST', path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', body: WEBHOOK_DEFINITION },
  { what: 'metrics', method: 'GET', path: '/metrics' },
];
