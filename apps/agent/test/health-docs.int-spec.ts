import { afterAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { expressionsOfRule, healthRuleFor, judgeByRule, validateApplication, validateProjectPolicy, type HealthRule, type KubeObject } from '#domain';
import { systemMonotonic, systemTimers } from '#runtime';
import { openCel } from '../src/cel/index.js';

const DOCS = readFileSync(new URL('../../../docs/health.md', import.meta.url), 'utf8');
const examples = [...DOCS.matchAll(/(?:is `([A-Z]+)`, and says `([^`]+)`:\n\n)?```yaml\n([\s\S]*?)```/g)].map(([, health, says, yaml = '']) => ({ health, says, document: parse(yaml) as KubeObject & { readonly spec: never } }));

describe('docs/health.md', () => {
  const cel = openCel({ timers: systemTimers, monotonic: systemMonotonic });
  const rules: HealthRule[] = [];
  afterAll(() => cel.close());

  it('has manifests that a hub takes', () => {
    for (const { document } of examples) {
      if (document.kind === 'Application') {
        const spec = validateApplication(document.spec);
        if (!spec.ok) throw new Error(JSON.stringify(spec.error));
        rules.push(...(spec.value.health ?? []));
      }
      if (document.kind !== 'Project') continue;
      const { health = [], ignore = [] } = document.spec as { readonly health?: HealthRule[]; readonly ignore?: [] };
      const policy = validateProjectPolicy({ health, ignore });
      if (!policy.ok) throw new Error(JSON.stringify(policy.error));
      rules.push(...policy.value.health);
    }
    expect(rules.map(({ kind }) => kind)).toEqual(['Database', 'Import']);
  });

  it('says of its objects what the rules give', async () => {
    const judged = await Promise.all(
      examples.filter(({ health }) => health !== undefined).map(async ({ document }) => {
        const rule = healthRuleFor(rules, document);
        if (rule === undefined) throw new Error(`no rule for ${document.kind}`);
        return judgeByRule(rule, document, await cel.evaluate('docs', expressionsOfRule(rule), { object: document }));
      }),
    );
    expect(judged).toEqual(examples.flatMap(({ health, says }) => (health === undefined ? [] : [{ health, message: says }])));
    expect(judged).toHaveLength(4);
  });
});
