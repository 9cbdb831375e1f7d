import type { Json, JsonObject } from '#kernel';
import { isList, isObject, listAt, numberAt, stringAt } from '../json/read-json.js';
import { invalidValue, tooLong, tooMany, type FieldCause } from './field-cause.js';

type Check = (schema: JsonObject, value: Json | undefined, path: string) => readonly FieldCause[];

/** The bounds that a schema sets to a value by itself: of numbers, of texts, and of how much a list or an object holds. */
export function limitCauses(schema: JsonObject, value: Json, path: string): readonly FieldCause[] {
  if (typeof value === 'number') return numberCauses(schema, value, path);
  if (typeof value === 'string') return textCauses(schema, value, path);
  if (isList(value)) return sizeCauses(schema, value.length, path, 'Items', 'items');
  return isObject(value) ? sizeCauses(schema, Object.keys(value).length, path, 'Properties', 'properties') : [];
}

/** `allOf`, `anyOf`, `oneOf` and `not`: their own complaint names no field. */
export function alternativeCauses(schema: JsonObject, value: Json, path: string, check: Check): readonly FieldCause[] {
  const failuresOf = (name: string): readonly (readonly FieldCause[])[] => listAt(schema, name).filter(isObject).map((one) => check(one, value, path));
  const complaint = (what: string): FieldCause => ({ reason: 'FieldValueInvalid', message: `Invalid value: "": ${JSON.stringify(path)} ${what}`, field: '<nil>' });
  const [all, any, one] = [failuresOf('allOf'), failuresOf('anyOf'), failuresOf('oneOf')];
  const valid = one.filter((causes) => causes.length === 0).length;
  const broken = all.flat();
  return [
    ...broken,
    ...(broken.length === 0 ? [] : [complaint('must validate all the schemas (allOf)')]),
    ...(any.length === 0 || any.some((causes) => causes.length === 0) ? [] : [complaint('must validate at least one schema (anyOf)'), ...(any[0] ?? [])]),
    ...(one.length === 0 || valid === 1 ? [] : [complaint(`must validate one and only one schema (oneOf). Found ${valid === 0 ? 'none valid' : `${valid} valid alternatives`}`), ...(valid === 0 ? (one[0] ?? []) : [])]),
    ...(isObject(schema['not']) && check(schema['not'], value, path).length === 0 ? [complaint('must not validate the schema (not)')] : []),
  ];
}

function numberCauses(schema: JsonObject, value: number, path: string): readonly FieldCause[] {
  const [minimum, maximum, step] = [numberAt(schema, 'minimum'), numberAt(schema, 'maximum'), numberAt(schema, 'multipleOf')];
  const above = schema['exclusiveMinimum'] === true;
  const below = schema['exclusiveMaximum'] === true;
  const bad = (what: string): FieldCause => invalidValue(path, value, `${path} in body should be ${what}`);
  const isWide = stringAt(schema, 'format') === 'int32' && Math.trunc(value) !== (Math.trunc(value) | 0);
  return [
    ...(minimum !== undefined && (value < minimum || (above && value === minimum)) ? [bad(`greater than ${above ? '' : 'or equal to '}${minimum}`)] : []),
    ...(maximum !== undefined && (value > maximum || (below && value === maximum)) ? [bad(`less than ${below ? '' : 'or equal to '}${maximum}`)] : []),
    ...(step !== undefined && !Number.isInteger(value / step) ? [bad(`a multiple of ${step}`)] : []),
    ...(isWide ? [{ reason: 'FieldValueInvalid', message: `Invalid value: "": Checked value must be of type integer with format int32 in ${path}`, field: '<nil>' }] : []),
  ];
}

function textCauses(schema: JsonObject, value: string, path: string): readonly FieldCause[] {
  const [shortest, longest, pattern] = [numberAt(schema, 'minLength'), numberAt(schema, 'maxLength'), stringAt(schema, 'pattern')];
  const length = [...value].length;
  return [
    ...(longest !== undefined && length > longest ? [tooLong(path, longest)] : []),
    ...(shortest !== undefined && length < shortest ? [invalidValue(path, value, `${path} in body should be at least ${shortest} chars long`)] : []),
    ...(pattern !== undefined && !new RegExp(pattern, 'u').test(value) ? [invalidValue(path, value, `${path} in body should match '${pattern}'`)] : []),
  ];
}

function sizeCauses(schema: JsonObject, size: number, path: string, of: string, word: string): readonly FieldCause[] {
  const [least, most] = [numberAt(schema, `min${of}`), numberAt(schema, `max${of}`)];
  return [
    ...(most !== undefined && size > most ? [tooMany(path, size, most)] : []),
    ...(least !== undefined && size < least ? [invalidValue(path, size, `${path} in body should have at least ${least} ${word}`)] : []),
  ];
}
