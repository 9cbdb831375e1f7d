/** One thing that the sandbox does as a real server does. */
export interface Served {
  readonly area: 'access' | 'discovery' | 'objects' | 'patches' | 'deletion' | 'lists' | 'watches' | 'custom resources' | 'refusals' | 'workloads' | 'audit';
  readonly what: string;
  /** The title of the test, or of the group of tests, by which it is known: it holds for the sandbox and for real Kubernetes. */
  readonly proof: string;
}

/** The stated surface. A claim whose proof is gone fails the contract suite, and so does a README that says something else. */
export const SERVED: readonly Served[] = [
  { area: 'access', what: 'impersonation of users, groups and ServiceAccounts', proof: 'refuses an account without rights, reads and writes alike' },
  { area: 'access', what: 'RBAC from the stored roles and bindings', proof: 'lets an account do what its Role allows, and no more' },
  { area: 'objects', what: 'create, update, and updates that create', proof: 'the replacement of a Lease that is not there, by uid' },
  { area: 'patches', what: 'server-side apply with field owners and conflicts', proof: 'names the item of a list in a conflict' },
  { area: 'patches', what: 'lists merged by their keys, and sets', proof: 'merges containers by name' },
  { area: 'patches', what: 'the defaults of common kinds', proof: 'a second apply changes nothing, by dry run or in earnest' },
  { area: 'deletion', what: 'preconditions', proof: 'keeps an object that changed since it was looked at' },
  { area: 'deletion', what: 'finalizers', proof: 'keeps an object with finalizers, marked, until they are gone' },
  { area: 'deletion', what: 'namespaces', proof: 'empties a namespace and then removes it' },
  { area: 'deletion', what: 'owners: chains, several, in the foreground, in the background, orphaned', proof: 'Foreground: waits for the dependents that block, with theirs, and not for the others' },
  { area: 'deletion', what: 'the default of Jobs', proof: 'leaves the dependents of a Job unless told otherwise' },
  { area: 'lists', what: 'pages of one moment', proof: 'gives pages of one moment, in the order of names' },
  { area: 'lists', what: 'pages that have expired, and the token that goes on', proof: 'answers 410 when a watch or a page is to go on from too long ago, and for the page says how' },
  { area: 'lists', what: 'metadata alone', proof: 'gives lists, objects and events as metadata alone' },
  { area: 'watches', what: 'selectors', proof: 'tells an object that stops matching as DELETED and one that starts as ADDED' },
  { area: 'watches', what: 'bookmarks', proof: 'moves on by bookmarks past changes that it does not show, and ends in good order' },
  { area: 'watches', what: 'initial events and their end', proof: 'ends the initial events of a watch without a version by a bookmark that says so' },
  { area: 'watches', what: 'expiry', proof: 'ends as EXPIRED when it is to begin too long ago' },
  { area: 'custom resources', what: 'several versions without conversion', proof: 'takes a change through another version, and notes the version with the field owner' },
  { area: 'custom resources', what: 'changed schemas: defaults, pruning, and what an older one let in', proof: 'lets stay what an older schema let in, and checks what changes' },
  { area: 'custom resources', what: 'moved storage versions', proof: 'moves the storage version, remembers the old one, and stops serving what is not served' },
  { area: 'custom resources', what: 'schemas: types, limits, alternatives, list types, embedded and free parts', proof: 'prunes what is not declared, keeps what is free, fills in defaults, and drops nulls that have no place' },
  { area: 'custom resources', what: 'definitions that are being deleted', proof: 'empties a definition that is deleted, takes nothing new, and waits for finalizers' },
  { area: 'refusals', what: '400, 401, 403, 404, 405, 409, 413, 415, 422 and 504, with their causes', proof: 'asks to come back for a version that is not there yet' },
  { area: 'refusals', what: '429 with Retry-After, on order', proof: 'asks to come back in a second, in plain text, when it has too much to do' },
  { area: 'workloads', what: 'Deployments that come up, or do not', proof: 'brings a Deployment up, and through a change' },
  { area: 'audit', what: 'every request, who made it and in whose place', proof: 'names who acted in whose place, and what was only tried' },
];

/** The claims as the README shows them. */
export function servedTable(): string {
  const areas = Map.groupBy(SERVED, ({ area }) => area);
  const rows = [...areas].map(([area, claims]) => `| ${area} | ${claims.map(({ what }) => what).join('; ')} |`);
  return ['| | known to be as on a real server |', '|---|---|', ...rows].join('\n');
}
