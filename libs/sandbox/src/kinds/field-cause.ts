import { digestOf, type Json } from '#kernel';

/** Why validation refuses an object: which field, and what is wrong with it. */
export interface FieldCause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

export function required(field: string, detail = ''): FieldCause {
  return { reason: 'FieldValueRequired', message: `Required value${detail === '' ? '' : `: ${detail}`}`, field };
}

export function invalidValue(field: string, value: Json | undefined, detail: string): FieldCause {
  const shown = JSON.stringify(value ?? null);
  // A value may be a secret that was put into the wrong field: long ones are shown by digest only.
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${shown.length > 200 ? digestOf(shown) : shown}: ${detail}`, field };
}

export function duplicate(field: string, value: Json): FieldCause {
  return { reason: 'FieldValueDuplicate', message: `Duplicate value: ${JSON.stringify(value)}`, field };
}

export function forbiddenField(field: string, why: string): FieldCause {
  return { reason: 'FieldValueForbidden', message: `Forbidden: ${why}`, field };
}

export function unsupported(field: string, value: Json, choices: readonly string[]): FieldCause {
  return { reason: 'FieldValueNotSupported', message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${choices.map((choice) => JSON.stringify(choice)).join(', ')}`, field };
}

export function tooLong(field: string, bytes: number): FieldCause {
  return { reason: 'FieldValueTooLong', message: `Too long: may not be more than ${bytes} bytes`, field };
}

export function tooMany(field: string, count: number, most: number): FieldCause {
  return { reason: 'FieldValueTooMany', message: `Too many: ${count}: must have at most ${most} items`, field };
}
