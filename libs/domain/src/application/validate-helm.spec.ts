import { validateApplication, type ApplicationInput, type FieldIssue, type HelmInput } from '#domain';
import { describe, expect, it } from '@jest/globals';

const input = (helm: HelmInput | null, more: Partial<NonNullable<ApplicationInput['source']>> = {}, substitute = false): ApplicationInput => ({
  source: { repository: 'fleet', ref: 'main', path: 'charts/web', helm, ...more }, selector: { all: true }, substitute,
});

describe('source.helm', () => {
  it('is left out where it is left out, so that the digests of other applications stay as they are', () => {
    const result = validateApplication(input(null));
    expect(result).toMatchObject({ ok: true, value: { source: { renderer: 'AUTO' } } });
    expect(result.ok && 'helm' in result.value.source).toBe(false);
  });

  it('makes auto mean helm, and has a default for everything', () => {
    expect(validateApplication(input({}))).toMatchObject({ ok: true, value: { source: { renderer: 'HELM', helm: { valuesFiles: [], releaseName: '', skipHooks: false } } } });
  });

  it('keeps values files in their order, as they were written', () => {
    const valuesFiles = ['../../env/prod.yaml', 'values-eu.yaml', './../b.yaml'];
    expect(validateApplication(input({ valuesFiles, releaseName: 'blue', skipHooks: true }))).toMatchObject({ ok: true, value: { source: { helm: { valuesFiles, releaseName: 'blue', skipHooks: true } } } });
  });

  it.each<[string, ApplicationInput, { readonly code?: FieldIssue['code']; readonly path?: readonly string[]; readonly message?: unknown }]>([
    ['another renderer', input({}, { renderer: 'KUSTOMIZE' }), { path: ['source', 'helm'] }],
    ['a values file outside the repository', input({ valuesFiles: ['a.yaml', '../../../etc/passwd'] }), { code: 'INVALID_PATH', path: ['source', 'helm', 'valuesFiles', '1'] }],
    ['an absolute values file', input({ valuesFiles: ['/etc/passwd'] }), { code: 'INVALID_PATH' }],
    ['a remote values file', input({ valuesFiles: ['https://example.com/values.yaml'] }), { code: 'INVALID_PATH', message: expect.stringContaining('nothing is fetched') }],
    ['the root as a values file', input({ valuesFiles: ['../..'] }), { code: 'INVALID_PATH' }],
    ['an empty name', input({ valuesFiles: [''] }), { code: 'INVALID_PATH' }],
    ['too many values files', input({ valuesFiles: Array.from({ length: 33 }, (_, n) => `${n}.yaml`) }), { code: 'TOO_MANY' }],
    ['a release that begins like an option', input({ releaseName: '-f' }), { code: 'INVALID_NAME', path: ['source', 'helm', 'releaseName'] }],
    ['a release with a long name', input({ releaseName: 'a'.repeat(54) }), { code: 'INVALID_NAME' }],
    ['substitution in a chart', input({}, {}, true), { code: 'PARAMETER_INVALID', path: ['substitute'] }],
  ])('refuses %s', (_name, given, issue) => {
    expect(validateApplication(given)).toMatchObject({ ok: false, error: [issue] });
  });
});
