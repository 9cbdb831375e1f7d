import type { JsonObject } from '#kernel';
import { at, isObject, listAt, numberAt, stringAt } from '../json/read-json.js';
import { invalidValue, required, type FieldCause } from './field-cause.js';

const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'];

/** What of a pod spec is not allowed: the checks that applied content meets in practice. */
export function containerCauses(spec: JsonObject, path: string): readonly FieldCause[] {
  if (listAt(spec, 'containers').length === 0) return [required(`${path}.containers`)];
  const inContainers = ['containers', 'initContainers'].flatMap((field) =>
    listAt(spec, field).filter(isObject).flatMap((container, index) => oneContainer(container, `${path}.${field}[${index}]`)),
  );
  const skews = listAt(spec, 'topologySpreadConstraints').flatMap((constraint, index) => {
    const skew = numberAt(constraint, 'maxSkew') ?? 0;
    return skew > 0 ? [] : [invalidValue(`${path}.topologySpreadConstraints[${index}].maxSkew`, skew, 'must be greater than zero')];
  });
  return [...inContainers, ...skews];
}

function oneContainer(container: JsonObject, path: string): readonly FieldCause[] {
  return [
    ...(stringAt(container, 'name') === undefined ? [required(`${path}.name`)] : []),
    ...((stringAt(container, 'image') ?? '') === '' ? [required(`${path}.image`)] : []),
    ...envCauses(container, path),
    ...listAt(container, 'ports').flatMap((port, index) => ((numberAt(port, 'containerPort') ?? 0) === 0 ? [required(`${path}.ports[${index}].containerPort`)] : [])),
    ...PROBES.flatMap((probe) => {
      const isPortless = isObject(at(container, probe, 'httpGet')) && at(container, probe, 'httpGet', 'port') === undefined;
      return isPortless ? [invalidValue(`${path}.${probe}.httpGet.port`, 0, 'must be between 1 and 65535, inclusive')] : [];
    }),
  ];
}

/** A variable that was a value and becomes a reference keeps both when two declare it: that is refused. */
function envCauses(container: JsonObject, path: string): readonly FieldCause[] {
  return listAt(container, 'env').flatMap((variable, index) => {
    const isBoth = (stringAt(variable, 'value') ?? '') !== '' && isObject(at(variable, 'valueFrom'));
    return isBoth ? [invalidValue(`${path}.env[${index}].valueFrom`, '', 'may not be specified when `value` is not empty')] : [];
  });
}
