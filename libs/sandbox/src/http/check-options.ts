import { forbiddenField, invalidValue, required, tooLong, unsupported, type FieldCause } from '../kinds/field-cause.js';
import { stringAt, stringsAt } from '../json/read-json.js';
import type { ApiCall } from './api-call.js';
import { invalid, type ApiFailure } from './api-failure.js';

const OPTIONS: Readonly<Record<string, string>> = { create: 'CreateOptions', update: 'UpdateOptions', patch: 'PatchOptions', delete: 'DeleteOptions' };
const VALIDATIONS = ['', 'Ignore', 'Strict', 'Warn'];
const POLICIES = ['Foreground', 'Background', 'Orphan'];
const MAX_MANAGER = 128;

/** Why the options of a write cannot be followed: before anything is looked at, so that no typo makes a dry run a write. */
export function optionsRefusal(call: ApiCall): ApiFailure | undefined {
  const kind = OPTIONS[call.info.verb];
  if (kind === undefined) return undefined;
  const causes = [...dryRunCauses(call), ...(call.info.verb === 'delete' ? policyCauses(call) : writeCauses(call))];
  return causes.length === 0 ? undefined : invalid({ group: 'meta.k8s.io', kind }, '', causes);
}

/** Whether a write only tells what it would do. */
export function isDryRun(call: ApiCall): boolean {
  return dryRunsOf(call).length > 0;
}

function dryRunsOf(call: ApiCall): readonly string[] {
  return [...call.info.query.getAll('dryRun'), ...(call.info.verb === 'delete' ? stringsAt(call.body, 'dryRun') : [])];
}

function dryRunCauses(call: ApiCall): readonly FieldCause[] {
  const asked = dryRunsOf(call);
  return asked.every((one) => one === 'All') ? [] : [unsupported('dryRun', asked, ['All'])];
}

/** What becomes of the dependents of what a request deletes, in either of the two ways to say it. */
export function deletionPolicy(call: ApiCall): string | undefined {
  const isOrphaning = orphanDependents(call);
  return askedPolicy(call) ?? (isOrphaning === undefined ? undefined : isOrphaning ? 'Orphan' : 'Background');
}

function askedPolicy(call: ApiCall): string | undefined {
  return stringAt(call.body, 'propagationPolicy') ?? call.info.query.get('propagationPolicy') ?? undefined;
}

function orphanDependents(call: ApiCall): boolean | undefined {
  const said = call.body['orphanDependents'] ?? call.info.query.get('orphanDependents') ?? undefined;
  return said === undefined ? undefined : said === true || said === 'true';
}

function policyCauses(call: ApiCall): readonly FieldCause[] {
  const policy = askedPolicy(call);
  if (policy !== undefined && orphanDependents(call) !== undefined) return [invalidValue('propagationPolicy', policy, 'orphanDependents and deletionPropagation cannot be both set')];
  return policy === undefined || POLICIES.includes(policy) ? [] : [unsupported('propagationPolicy', policy, [...POLICIES, 'nil'])];
}

function writeCauses(call: ApiCall): readonly FieldCause[] {
  const { query, verb } = call.info;
  const validation = query.get('fieldValidation') ?? '';
  const manager = query.get('fieldManager') ?? '';
  const isApply = call.contentType.startsWith('application/apply-patch');
  return [
    ...(VALIDATIONS.includes(validation) ? [] : [unsupported('fieldValidation', validation, VALIDATIONS)]),
    ...(manager.length > MAX_MANAGER ? [tooLong('fieldManager', MAX_MANAGER)] : []),
    ...(verb === 'patch' && isApply && manager === '' ? [required('fieldManager', 'is required for apply patch')] : []),
    ...(verb === 'patch' && !isApply && query.has('force') ? [forbiddenField('force', 'may not be specified for non-apply patch')] : []),
  ];
}
