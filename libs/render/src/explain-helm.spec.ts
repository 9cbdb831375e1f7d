import { describe, expect, it } from '@jest/globals';
import { explainHelm } from './explain-helm.js';
import type { ChartClosure } from './read-chart-closure.js';
import { SecretTexts } from './secret-texts.js';

function explained(stderr: string, parameters: Readonly<Record<string, string>>): string {
  const secrets = new SecretTexts();
  secrets.addValues(parameters);
  const closure: ChartClosure = {
    files: new Map(), into: 'chart', name: 'shop', valuesFiles: [], withDependencies: [], secrets,
    pathOf: (file) => (file.startsWith('shop/') ? `apps/${file}` : undefined),
  };
  return explainHelm(stderr, closure, '/work/render-1').error.message;
}

describe('what helm says of a failure', () => {
  it.each([
    ['one word', 'hunter2hunter2'],
    ['two spaces in a row', 'correct  horse battery'],
    ['a tab', 'correct\thorse battery'],
    ['backticks', 'left`middle`right'],
    ['one backtick', 'begin`ending'],
    ['several lines', 'first line\nsecond  line'],
  ])('holds no value that a template quotes: %s', (_name, value) => {
    const message = explained(`Error: execution error at (shop/templates/a.yaml:3:4): bad password ${value} given\n`, { password: value });
    expect(message).toMatch(/^execution error at \(apps\/shop\/templates\/a\.yaml:3:4\): bad password/);
    for (const part of value.split(/[\s`]+/)) expect(message).not.toContain(part);
  });

  it('is on one line, without the source of a template between backticks', () => {
    expect(explained('Error: bad template:\n  line `{{ secret }}`\n\n  end\n', {})).toBe('bad template: line `...` end');
  });
});
