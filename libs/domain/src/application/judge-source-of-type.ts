import type { FieldIssue } from '../field-issue.js';
import { parseArchiveRef } from '../source/archive-ref.js';
import { judgeRefName } from '../source/judge-ref-name.js';
import type { RepositoryType } from '../source/repository-type.js';
import type { SourceSpec } from './application-spec.js';

/** What a source says that the repository it names cannot give, because of its type; paths begin at the source. Pure. */
export function judgeSourceOfType({ repository, ref, chart, version }: Pick<SourceSpec, 'repository' | 'ref' | 'chart' | 'version'>, type: RepositoryType): readonly FieldIssue[] {
  const named = `The repository ${repository}`;
  switch (type) {
    case 'GIT':
      if (chart !== undefined) return [{ code: 'INVALID_VALUE', path: ['chart'], message: `${named} is a Git repository: name a ref, and the directory of the chart as the path.` }];
      if (version !== undefined) return [{ code: 'INVALID_VALUE', path: ['version'], message: `${named} is a Git repository: name a branch, a tag or a full ref.` }];
      return judgeRefName(ref) === undefined ? [] : [{ code: 'INVALID_REF', path: ['ref'], message: `${named} is a Git repository, and a digest is not one of its refs.` }];
    case 'HELM':
      if (chart === undefined) return [{ code: 'REQUIRED', path: ['chart'], message: `${named} is a chart repository: name a chart and its version.` }];
      return version === undefined ? [{ code: 'REQUIRED', path: ['version'], message: `${named} is a chart repository, which has versions and no tags: name a version or a range.` }] : [];
    case 'OCI':
      return parseArchiveRef(ref) === undefined ? [{ code: 'INVALID_REF', path: ['ref'], message: `${named} is a registry: name a version, a tag or a digest.` }] : [];
  }
}
