import { readFileSync } from 'node:fs';

/** One request as kube-apiserver's audit log tells it at stage ResponseComplete. */
export interface AuditEntry {
  readonly verb: string;
  /** Who authenticated. */
  readonly user: string;
  readonly impersonatedUser: string | undefined;
  readonly group: string;
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
  readonly userAgent: string;
  readonly code: number;
  readonly isDryRun: boolean;
  readonly requestUri: string;
  /** When the request came, and when it was answered. */
  readonly time: string;
  readonly answeredAt: string;
  /** Bodies of writes, except of Secrets and tokens. */
  readonly requestObject: unknown;
}

export interface AuditFilter {
  readonly excludeNamespaces?: readonly string[];
  /** Compared with the impersonated user where there is one. */
  readonly excludeUsers?: readonly string[];
  /** Also requests that the server refused. @default false */
  readonly refused?: boolean;
}

const WRITES = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);
/** Asking is not writing, although these are sent as POST. */
const QUESTIONS = new Set(['tokenreviews', 'subjectaccessreviews', 'selfsubjectaccessreviews', 'selfsubjectrulesreviews', 'localsubjectaccessreviews', 'selfsubjectreviews']);
/** The control plane's own accounts: its controllers, scheduler and nodes. */
export const CONTROL_PLANE_USERS = ['system:apiserver', 'system:kube-controller-manager', 'system:kube-scheduler', 'kwok', 'harness'];

/** The independent witness of what was asked of an API server: its own audit log (JSON lines of audit.k8s.io/v1). */
export class AuditLog {
  #from = 0;

  constructor(readonly path: string) {}

  /** Forgets what was logged so far: a test speaks of its own requests. */
  mark(): void {
    this.#from = this.#read().length;
  }

  /** Everything since `mark`, in the order of the log. */
  entries(): readonly AuditEntry[] {
    const lines = this.#read().subarray(this.#from).toString('utf8').split('\n');
    // the last line may still be in the writing
    return lines.slice(0, -1).flatMap((line) => toEntry(line));
  }

  /** Mutating requests without dry-run since `mark`, of everybody but the control plane itself. */
  writes(filter: AuditFilter = {}): readonly AuditEntry[] {
    const users = new Set([...CONTROL_PLANE_USERS, ...(filter.excludeUsers ?? [])]);
    const namespaces = new Set(filter.excludeNamespaces ?? []);
    return this.entries().filter(
      (entry) =>
        WRITES.has(entry.verb) &&
        !QUESTIONS.has(entry.resource) &&
        !entry.isDryRun &&
        (filter.refused === true || entry.code < 400) &&
        !namespaces.has(entry.namespace) &&
        !users.has(entry.impersonatedUser ?? entry.user) &&
        !entry.user.startsWith('system:serviceaccount:kube-system:'),
    );
  }

  deletes(filter: AuditFilter = {}): readonly AuditEntry[] {
    return this.writes(filter).filter((entry) => entry.verb === 'delete' || entry.verb === 'deletecollection');
  }

  #read(): Buffer {
    return readFileSync(this.path);
  }
}

interface RawEvent {
  readonly stage?: string;
  readonly verb?: string;
  readonly requestURI?: string;
  readonly user?: { readonly username?: string };
  readonly impersonatedUser?: { readonly username?: string };
  readonly objectRef?: { readonly apiGroup?: string; readonly resource?: string; readonly namespace?: string; readonly name?: string; readonly subresource?: string };
  readonly userAgent?: string;
  readonly responseStatus?: { readonly code?: number };
  readonly requestReceivedTimestamp?: string;
  readonly stageTimestamp?: string;
  readonly requestObject?: unknown;
}

/** @throws SyntaxError on a line that is not JSON: a witness that cannot be read is no witness. */
function toEntry(line: string): readonly AuditEntry[] {
  const event: RawEvent = JSON.parse(line);
  if (event.stage !== 'ResponseComplete') return [];
  const ref = event.objectRef ?? {};
  const requestUri = event.requestURI ?? '';
  return [
    {
      verb: event.verb ?? '',
      user: event.user?.username ?? '',
      impersonatedUser: event.impersonatedUser?.username,
      group: ref.apiGroup ?? '',
      resource: ref.resource ?? '',
      namespace: ref.namespace ?? '',
      name: ref.name ?? '',
      subresource: ref.subresource ?? '',
      userAgent: event.userAgent ?? '',
      code: event.responseStatus?.code ?? 0,
      isDryRun: new URLSearchParams(requestUri.split('?')[1] ?? '').has('dryRun'),
      requestUri,
      time: event.requestReceivedTimestamp ?? '',
      answeredAt: event.stageTimestamp ?? '',
      requestObject: event.requestObject,
    },
  ];
}
