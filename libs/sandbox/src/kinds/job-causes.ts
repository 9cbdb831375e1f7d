import type { JsonObject } from '#kernel';
import { objectAt, stringAt } from '../json/read-json.js';
import { invalidValue, required, unsupported, type FieldCause } from './field-cause.js';

const RESTARTS = ['OnFailure', 'Never'];

export function jobCauses(object: JsonObject): readonly FieldCause[] {
  return restartCauses(objectAt(object, 'spec', 'template', 'spec'), 'spec.template.spec.restartPolicy');
}

export function cronJobCauses(object: JsonObject): readonly FieldCause[] {
  const schedule = stringAt(object, 'spec', 'schedule') ?? '';
  const fields = schedule.trim().split(/\s+/);
  const isShort = schedule.startsWith('@') || fields.length === 5;
  return [
    ...(schedule === '' ? [required('spec.schedule')] : isShort ? [] : [invalidValue('spec.schedule', schedule, `expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`)]),
    ...restartCauses(objectAt(object, 'spec', 'jobTemplate', 'spec', 'template', 'spec'), 'spec.jobTemplate.spec.template.spec.restartPolicy'),
  ];
}

/** A Job ends: its pods must not restart for ever. What nobody set is `Always` by default. */
function restartCauses(pod: JsonObject, field: string): readonly FieldCause[] {
  const policy = stringAt(pod, 'restartPolicy') ?? 'Always';
  if (RESTARTS.includes(policy)) return [];
  return policy === 'Always' ? [required(field, `valid values: ${RESTARTS.map((one) => JSON.stringify(one)).join(', ')}`)] : [unsupported(field, policy, RESTARTS)];
}
