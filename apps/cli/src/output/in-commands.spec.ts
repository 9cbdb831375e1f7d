import { REASON_ADVICE } from '#domain';
import { describe, expect, it } from '@jest/globals';
import { globSync, readFileSync } from 'node:fs';
import { commandsIn, inCommands } from './in-commands.js';

describe('inCommands', () => {
  it.each([
    ['Gate go before stage rest waits for 1 more approval: approveGate.', 'Gate go before stage rest waits for 1 more approval.'],
    ['It waits for a person: run syncApplication.', 'It waits for a person.'],
    ['All must stay healthy; promoteStage skips the rest of it.', 'All must stay healthy; capstan rollout promote skips the rest of it.'],
    ['Roll back without touching Git (mode: HOLD).', 'Roll back without touching Git (without --revert).'],
    ['Name an application, or say `all: true` to mean everything in the project.', 'Name an application, or say --all to mean everything in the project.'],
    ['Write `all: true` to select every cluster.', 'Write `all: true` to select every cluster.'],
    ['Nothing to do.', 'Nothing to do.'],
  ])('%s', (text, said) => expect(inCommands(text)).toBe(said));

  it('leaves no name of the API in what the planner and the reason codes say', () => {
    const mutations = [...(/type Mutation \{([\s\S]*?)\n\}/.exec(readFileSync('schema.graphql', 'utf8'))?.[1] ?? '').matchAll(/^ {2}([a-z]+[A-Z]\w*)\(/gm)].map(([, name = '']) => name);
    expect(mutations).toContain('approveGate');
    // confirmFactMismatch has no command
    const words = new RegExp(String.raw`\b(?:${mutations.filter((name) => name !== 'confirmFactMismatch').join('|')})\b`);
    const texts = globSync('libs/domain/src/{rollout,explain}/**/*.ts').filter((file) => !file.endsWith('.spec.ts')).flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/'[^'\n]*'|`[^`\n]*`/g)].map(([text]) => text));
    const named = [...texts, ...Object.values(REASON_ADVICE)].filter((text) => words.test(text));
    expect(named.length).toBeGreaterThan(5);
    expect(named.map(inCommands).filter((text) => words.test(text))).toEqual([]);
  });
});

describe('commandsIn', () => {
  it('writes out those of which all is known', () => {
    expect(commandsIn('Lift it with liftHold, or run syncApplication; deployTarget and promoteStage too.', { application: 'shop', cluster: 'eu-1', project: 'pay', rollout: 3 })).toEqual([
      "capstan rollout promote shop -p pay -n 3 --reason '...'", 'capstan sync app/shop -p pay', "capstan hold lift shop@eu-1 -p pay --reason '...'", "capstan deploy shop@eu-1 -p pay --reason '...'",
    ]);
    expect(commandsIn('Run syncApplication.', {})).toEqual([]);
  });
});
