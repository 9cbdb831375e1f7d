import { describe, expect, it } from '@jest/globals';
import { saysImmutable } from './says-immutable.js';

const cause = (message: string) => [{ reason: 'FieldValueInvalid', field: 'spec', message }];

describe('saysImmutable', () => {
  it.each([
    ['Deployment', 'Invalid value: {"matchLabels":{"app":"b"}}: field is immutable'],
    ['ConfigMap', 'Forbidden: field is immutable when `immutable` is set'],
    ['PersistentVolumeClaim', 'Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims'],
    ['StatefulSet', "Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy' are forbidden"],
    ['Pod', 'Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.tolerations`'],
    ['Service', 'Invalid value: ["10.0.0.2"]: may not change once set'],
    ['RoleBinding', 'Invalid value: {"kind":"Role"}: cannot change roleRef'],
    ['StorageClass', 'Forbidden: updates to parameters are forbidden.'],
    ['PriorityClass', 'Forbidden: may not be changed in an update.'],
    ['a rule of a definition', 'Invalid value: "object": the region is immutable'],
  ])('of a %s', (_kind, message) => {
    expect(saysImmutable('x is invalid', cause(message))).toBe(true);
  });

  it.each(['Required value', 'Invalid value: -1: must be greater than or equal to 0', 'Unsupported value: "x"', 'Forbidden: may not be used with hostNetwork'])('not: %s', (message) => {
    expect(saysImmutable('x is invalid', cause(message))).toBe(false);
  });

  it('goes by the message alone only where the server names no field', () => {
    expect(saysImmutable('the field is immutable', [])).toBe(true);
    expect(saysImmutable('ConfigMap "immutable" is invalid', cause('Required value'))).toBe(false);
  });
});
