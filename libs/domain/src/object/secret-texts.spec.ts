import { describe, expect, it } from '@jest/globals';
import { hideTexts, secretTextsOf, type KubeObject } from '#domain';

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
const secret = (values: Partial<Record<'data' | 'stringData', Readonly<Record<string, string>>>>): KubeObject => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'db' }, ...values });

describe('texts about objects', () => {
  it.each<[string, KubeObject, string, string]>([
    ['a value of data, decoded', secret({ data: { password: base64('hunter-22') } }), 'login with hunter-22 failed', 'login with ******** failed'],
    ['a value of data, as it is stored', secret({ data: { password: base64('hunter-22') } }), `PASSWORD=${base64('hunter-22')}`, 'PASSWORD=********'],
    ['a value of stringData, in both forms', secret({ stringData: { password: 'hunter-22' } }), `hunter-22 ${base64('hunter-22')}`, '******** ********'],
    ['each line of a key', secret({ stringData: { key: '-----BEGIN KEY-----\nMIIBVwIBADANBg\n-----END KEY-----\n' } }), 'read MIIBVwIBADANBg', 'read ********'],
    ['the longer of two, where one holds the other', secret({ stringData: { a: 'hunter', b: 'hunter-22' } }), 'hunter-22', '********'],
    ['nothing of a word that stands everywhere', secret({ stringData: { debug: 'true' } }), 'debug is true', 'debug is true'],
    ['nothing of another kind', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { mode: 'production' } }, 'in production', 'in production'],
  ])('hide %s', (_title, object, text, shown) => {
    expect(hideTexts(text, secretTextsOf([object]))).toBe(shown);
  });
});
