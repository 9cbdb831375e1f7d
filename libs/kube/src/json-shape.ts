import type { KubeObject, ObjectMeta } from '#domain';

/** Guards for JSON that came over the wire: nothing is believed to be an object, a list or a name before it was looked at. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isArrayOfUnknown(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

export function recordAt(value: unknown, key: string): Readonly<Record<string, unknown>> | undefined {
  const member = isRecord(value) ? value[key] : undefined;
  return isRecord(member) ? member : undefined;
}

export function stringAt(value: unknown, key: string): string | undefined {
  const member = isRecord(value) ? value[key] : undefined;
  return typeof member === 'string' ? member : undefined;
}

export function arrayAt(value: unknown, key: string): readonly unknown[] | undefined {
  const member = isRecord(value) ? value[key] : undefined;
  return isArrayOfUnknown(member) ? member : undefined;
}

/** Something with `metadata.name`; lists of typed kinds leave apiVersion and kind out of their items. */
export function isNamed(value: unknown): value is { readonly metadata: ObjectMeta } {
  const name = stringAt(recordAt(value, 'metadata'), 'name');
  return name !== undefined && name !== '';
}

export function isKubeObject(value: unknown): value is KubeObject {
  return isNamed(value) && stringAt(value, 'apiVersion') !== undefined && stringAt(value, 'kind') !== undefined;
}

/** JSON, or undefined where the text is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
