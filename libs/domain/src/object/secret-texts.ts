import { isJsonObject } from '../json/read-json.js';
import { isSecret, MASK } from '../drift/mask-secrets.js';
import type { KubeObject } from './kube-object.js';

/** Shorter ones are words that stand everywhere. */
const SHORTEST = 6;
const MOST = 2_000;

/**
 * What a text about objects must not tell: the values of the Secrets among them, as they are and in base64, of those that have several lines each line. Values of fewer
 * than six characters are not among them. The longest come first, so that one that holds another is hidden whole. Pure.
 */
export function secretTextsOf(objects: readonly KubeObject[]): readonly string[] {
  const texts = new Set<string>();
  for (const object of objects.filter(isSecret)) {
    for (const value of valuesOf(object, 'data')) {
      const plain = Buffer.from(value, 'base64').toString('utf8');
      for (const text of [value, ...linesOf(plain)]) texts.add(text);
    }
    for (const value of valuesOf(object, 'stringData')) {
      for (const text of [Buffer.from(value, 'utf8').toString('base64'), ...linesOf(value)]) texts.add(text);
    }
  }
  return [...texts].filter(({ length }) => length >= SHORTEST).toSorted((a, b) => b.length - a.length).slice(0, MOST);
}

/** A text with every one of the secrets masked. Pure. */
export function hideTexts(text: string, secrets: readonly string[]): string {
  return secrets.reduce((shown, secret) => shown.replaceAll(secret, MASK), text);
}

function valuesOf(object: KubeObject, member: 'data' | 'stringData'): readonly string[] {
  const values = object[member];
  return isJsonObject(values) ? Object.values(values).filter((value) => typeof value === 'string') : [];
}

function linesOf(text: string): readonly string[] {
  return [text, ...text.split('\n').map((line) => line.trim())];
}
