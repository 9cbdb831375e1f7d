import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '#kernel';
import { matchesSelector, type Selector } from '#domain';
import { aDatabase, type TestDatabase } from '#testing';
import fc from 'fast-check';
import { factsOf } from './facts-of.js';
import { selectorToSql } from './selector-to-sql.js';

interface Example {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly facts: JsonObject | undefined;
}

const CLUSTERS: readonly Example[] = [
  { name: 'bare', labels: {}, facts: undefined },
  { name: 'prod', labels: { env: 'prod', tier: '' }, facts: { provider: 'aws', region: '', nodes: 3, kubernetesVersion: 'v1', custom: { gpu: 'a100', provider: 'forged' } } },
  { name: 'dev', labels: { env: 'dev' }, facts: { provider: '', region: 'eu', nodes: 0, kubernetesVersion: '', custom: {} } },
  { name: 'odd', labels: Object.fromEntries([['constructor', 'x'], ['env', '']]), facts: { provider: 'gcp', region: 'eu', nodes: 3, kubernetesVersion: 'v1', custom: { gpu: '' } } },
];

describe('selectorToSql', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await aDatabase();
    for (const { name, labels, facts } of CLUSTERS) {
      await database.pool.query('INSERT INTO clusters (id, name, labels, facts, facts_at) VALUES (gen_random_uuid(), $1, $2, $3, $4)', [name, labels, facts ?? {}, facts === undefined ? null : new Date()]);
    }
  }, 60_000);
  afterAll(() => database.drop());

  it('holds exactly where matchesSelector does', async () => {
    const key = fc.constantFrom('env', 'tier', 'constructor', 'facts.capstan.dev/provider', 'facts.capstan.dev/region', 'facts.capstan.dev/nodes', 'facts.capstan.dev/gpu');
    const value = fc.constantFrom('', 'prod', 'dev', 'x', 'aws', 'eu', '3', '0', 'a100', 'forged');
    const expression = fc.oneof(
      fc.record({ key, operator: fc.constantFrom('In' as const, 'NotIn' as const), values: fc.array(value, { minLength: 1, maxLength: 3 }) }),
      fc.record({ key, operator: fc.constantFrom('Exists' as const, 'DoesNotExist' as const), values: fc.constant([]) }),
    );
    const any = fc.record({ all: fc.boolean(), matchLabels: fc.dictionary(key, value, { maxKeys: 2 }), matchExpressions: fc.array(expression, { maxLength: 3 }) });
    await fc.assert(
      fc.asyncProperty(any, async (selector: Selector) => {
        const parameters: unknown[] = [];
        const { rows } = await database.pool.query<{ name: string }>(`SELECT name FROM clusters WHERE ${selectorToSql(selector, parameters)} ORDER BY name`, parameters);
        const expected = CLUSTERS.filter(({ labels, facts }) => matchesSelector(selector, labels, facts === undefined ? undefined : factsOf(facts)).matches).map(({ name }) => name);
        expect(rows.map((row) => row.name)).toEqual(expected.toSorted());
      }),
      { numRuns: 300 },
    );
  });
});
