import { err, ok, type Result } from '#kernel';

export interface InvalidName {
  readonly code: 'INVALID_NAME';
  readonly name: string;
  readonly rule: string;
}

const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const RULE = 'a name has 1 to 63 lower-case letters, digits and dashes, and begins and ends with a letter or digit';

/** Names of clusters, projects, repositories and applications are DNS labels (RFC 1123), as Kubernetes' own short names are. */
export function parseName(text: string): Result<string, InvalidName> {
  return text.length <= 63 && NAME.test(text) ? ok(text) : err({ code: 'INVALID_NAME', name: text.slice(0, 80), rule: RULE });
}

/** A target as people write it: `project/application@cluster`. */
export interface TargetName {
  readonly project: string;
  readonly application: string;
  readonly cluster: string;
}

export function formatTargetName(name: TargetName): string {
  return `${name.project}/${name.application}@${name.cluster}`;
}

/** Reads `project/application@cluster`; `application@cluster` means the project `default`. */
export function parseTargetName(text: string): TargetName | undefined {
  const match = /^(?:([^/@]+)\/)?([^/@]+)@([^/@]+)$/.exec(text);
  if (match === null) return undefined;
  const [, project = 'default', application = '', cluster = ''] = match;
  const all = [project, application, cluster].every((part) => parseName(part).ok);
  return all ? { project, application, cluster } : undefined;
}
