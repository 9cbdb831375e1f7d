import { describe, expect, it } from '@jest/globals';
import { EXIT } from '../exit-codes.js';
import { nothingNamed } from './get.js';
import { resourceKind } from './resources.js';

describe('nothingNamed', () => {
  it.each<[string, string, string, object]>([
    ['names what was probably meant', 'cluster', 'prd-eu', { message: 'cluster prd-eu not found', next: 'Did you mean prod-eu? capstan get clusters shows what there is.' }],
    ['says where everything stands', 'cluster', 'moon', { message: 'cluster moon not found', next: 'capstan get clusters shows what there is.' }],
    ['takes the name of an app in place of a target for one', 'target', 'shop', { message: 'target shop not found', next: 'Targets are named APP@CLUSTER. Those of one app: capstan get targets -a shop' }],
  ])('%s', (_what, kind, name, error) => expect(nothingNamed(resourceKind(kind), name, [{ name: 'prod-eu' }])).toMatchObject({ exitCode: EXIT.NOT_FOUND, ...error }));
});
