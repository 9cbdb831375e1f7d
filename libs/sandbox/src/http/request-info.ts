/** A request as its method and URL tell it, before anything is looked up. */
export interface RequestInfo {
  readonly method: string;
  /** Path and query, as the audit log shows them. */
  readonly uri: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** RBAC's verb for resources, the method in lower case for other paths. */
  readonly verb: string;
  /** Absent: not about a resource. */
  readonly resource?: ResourcePath;
}

export interface ResourcePath {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  /** Empty: cluster scope, or all namespaces. */
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
}

export function parseRequest(method: string, uri: string): RequestInfo {
  const cut = uri.indexOf('?');
  const path = cut < 0 ? uri : uri.slice(0, cut);
  const query = new URLSearchParams(cut < 0 ? '' : uri.slice(cut + 1));
  const resource = parseResourcePath(path);
  const verb = resource === undefined ? method.toLowerCase() : verbOf(method, resource, isTrue(query.get('watch')));
  return { method, uri, path, query, verb, ...(resource === undefined ? {} : { resource }) };
}

export function isTrue(value: string | null): boolean {
  return value === 'true' || value === '1';
}

function parseResourcePath(path: string): ResourcePath | undefined {
  const segments = path.split('/').filter((segment) => segment !== '').map(decoded);
  const [root, ...rest] = segments;
  const [group, version, ...below] = root === 'api' ? ['', ...rest] : root === 'apis' ? rest : [];
  if (group === undefined || version === undefined || below.length === 0) return undefined;
  const base = { group, version };
  const [first = '', second = '', third = '', ...more] = below;
  const isInNamespace = first === 'namespaces' && third !== '' && !['status', 'finalize'].includes(third);
  if (isInNamespace) return { ...base, namespace: second, plural: third, name: more[0] ?? '', subresource: more.slice(1).join('/') };
  const namespace = first === 'namespaces' && group === '' ? second : '';
  return { ...base, namespace, plural: first, name: second, subresource: [third, ...more].filter((part) => part !== '').join('/') };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment; // a stray percent sign: it names nothing that exists
  }
}

function verbOf(method: string, resource: ResourcePath, isWatch: boolean): string {
  const isCollection = resource.name === '';
  switch (method) {
    case 'GET':
    case 'HEAD':
      if (isWatch) return 'watch';
      return isCollection ? 'list' : 'get';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return isCollection ? 'deletecollection' : 'delete';
    default:
      return method.toLowerCase();
  }
}
