import { DEFAULT_STRATEGY, validateApplication, type ApplicationInput, type ApplicationSpec, type FieldIssueCode } from '#domain';
import { describe, expect, it } from '@jest/globals';

const input: ApplicationInput = { source: { repository: 'fleet', ref: 'main', path: 'apps/podinfo' }, selector: { matchLabels: { env: 'prod' } } };
const spec: ApplicationSpec = {
  source: { repository: 'fleet', ref: 'main', path: 'apps/podinfo', renderer: 'AUTO', watch: [] },
  parameters: {},
  substitute: false,
  selector: { all: false, matchLabels: { env: 'prod' }, matchExpressions: [] },
  namespace: '',
  sync: { automated: true, prune: true, drift: 'HEAL' },
  strategy: DEFAULT_STRATEGY,
};
const source = (change: ApplicationInput['source']): ApplicationInput => ({ ...input, source: { ...input.source, ...change } });

describe('validateApplication', () => {
  it.each<[string, ApplicationInput, ApplicationSpec]>([
    ['fills in the defaults', input, spec],
    ['takes null for absent', { ...input, parameters: null, substitute: null, namespace: null, sync: null, strategy: null, source: { ...input.source, renderer: null, watch: null } }, spec],
    ['keeps what is said', { ...input, sync: { automated: false, prune: false, drift: 'REPORT' } }, { ...spec, sync: { automated: false, prune: false, drift: 'REPORT' } }],
    ['normalises paths', source({ path: './apps//podinfo/', watch: ['shared/', './shared', 'x'] }), { ...spec, source: { ...spec.source, watch: ['shared', 'x'] } }],
    ['takes the root', source({ path: '.' }), { ...spec, source: { ...spec.source, path: '' } }],
    ['takes a full ref', source({ ref: 'refs/tags/v1.2.3' }), { ...spec, source: { ...spec.source, ref: 'refs/tags/v1.2.3' } }],
    ['completes expressions', { ...input, selector: { matchExpressions: [{ key: 'a', operator: 'Exists' }] } }, { ...spec, selector: { all: false, matchLabels: {}, matchExpressions: [{ key: 'a', operator: 'Exists', values: [] }] } }],
    ['keeps policy', { ...input, dependsOn: ['certs', 'certs'], health: [{ kind: 'Widget', healthy: 'true', degraded: null }], sync: { ignore: [{ kind: 'Deployment', namespace: null, jsonPointers: ['/spec/replicas'] }] } },
      { ...spec, dependsOn: ['certs'], health: [{ group: '', kind: 'Widget', healthy: 'true' }], sync: { ...spec.sync, ignore: [{ kind: 'Deployment', jsonPointers: ['/spec/replicas'] }] } }],
    ['keeps patches', { ...input, patches: [{ target: { kind: 'Deployment' }, patch: 'spec: {}', clusters: { matchLabels: { env: 'prod' } } }] },
      { ...spec, patches: [{ target: { kind: 'Deployment' }, patch: 'spec: {}', clusters: { all: false, matchLabels: { env: 'prod' }, matchExpressions: [] } }] }],
    ['keeps patches with templates where YAML alone would not read', { ...input, patches: [{ target: { kind: 'Deployment' }, patch: 'spec: {replicas: {{ cluster.labels.replicas }}}' }] },
      { ...spec, patches: [{ target: { kind: 'Deployment' }, patch: 'spec: {replicas: {{ cluster.labels.replicas }}}' }] }],
    ['stores nothing for empty lists', { ...input, patches: [], dependsOn: [], health: [], sync: { ignore: [] } }, spec],
    ['keeps templates', { ...input, parameters: { replicas: '{{ cluster.labels.size }}' } }, { ...spec, parameters: { replicas: '{{ cluster.labels.size }}' } }],
  ])('%s', (_name, given, expected) => {
    expect(validateApplication(given)).toEqual({ ok: true, value: expected });
  });

  it.each<[string, ApplicationInput, FieldIssueCode, readonly string[]]>([
    ['no repository', source({ repository: undefined }), 'REQUIRED', ['source', 'repository']],
    ['a repository by URL', source({ repository: 'https://x' }), 'INVALID_NAME', ['source', 'repository']],
    ['no ref', source({ ref: '' }), 'REQUIRED', ['source', 'ref']],
    ['a ref with a blank', source({ ref: 'my branch' }), 'INVALID_REF', ['source', 'ref']],
    ['a ref that is an option', source({ ref: '--upload-pack=x' }), 'INVALID_REF', ['source', 'ref']],
    ['a ref with dots', source({ ref: 'a..b' }), 'INVALID_REF', ['source', 'ref']],
    ['an absolute path', source({ path: '/apps' }), 'INVALID_PATH', ['source', 'path']],
    ['a path that steps back', source({ path: 'apps/../..' }), 'INVALID_PATH', ['source', 'path']],
    ['a path with a backslash', source({ path: 'apps\\web' }), 'INVALID_PATH', ['source', 'path']],
    ['a path into .git', source({ path: 'apps/.GIT/hooks' }), 'INVALID_PATH', ['source', 'path']],
    ['a path with a line break', source({ path: 'a\nb' }), 'INVALID_PATH', ['source', 'path']],
    ['a long path', source({ path: 'a/'.repeat(3_000) }), 'INVALID_PATH', ['source', 'path']],
    ['a watched path that steps back', source({ watch: ['ok', '../x'] }), 'INVALID_PATH', ['source', 'watch', '1']],
    ['too many watched paths', source({ watch: Array.from({ length: 65 }, String) }), 'TOO_MANY', ['source', 'watch']],
    ['no selector', { ...input, selector: undefined }, 'SELECTOR_EMPTY', ['selector']],
    ['an empty selector', { ...input, selector: {} }, 'SELECTOR_EMPTY', ['selector']],
    ['facts alone', { ...input, selector: { matchLabels: { 'facts.capstan.dev/a': 'b' } } }, 'SELECTOR_FACTS_ALONE', ['selector']],
    ['a bad selector value', { ...input, selector: { matchLabels: { env: 'a b' } } }, 'LABEL_VALUE_INVALID', ['selector', 'matchLabels', 'env']],
    ['a bad namespace', { ...input, namespace: 'Web' }, 'INVALID_NAMESPACE', ['namespace']],
    ['a long namespace', { ...input, namespace: 'a'.repeat(64) }, 'INVALID_NAMESPACE', ['namespace']],
    ['a malformed template', { ...input, parameters: { a: '{{ nope }}' } }, 'PARAMETER_INVALID', ['parameters']],
    ['large parameters', { ...input, parameters: { a: 'x'.repeat(300_000) } }, 'PARAMETER_INVALID', ['parameters']],
    ['a dependency that is no name', { ...input, dependsOn: ['a/b'] }, 'INVALID_NAME', ['dependsOn', '0']],
    ['too many dependencies', { ...input, dependsOn: Array.from({ length: 33 }, (_, i) => `a${i}`) }, 'TOO_MANY', ['dependsOn']],
    ['a health rule that never is healthy', { ...input, health: [{ kind: 'Widget' }] }, 'REQUIRED', ['health', '0', 'healthy']],
    ['a health rule without a kind', { ...input, health: [{ healthy: 'true' }] }, 'REQUIRED', ['health', '0', 'kind']],
    ['a health expression that breaks off', { ...input, health: [{ kind: 'Widget', healthy: 'object.status.phase ==' }] }, 'EXPRESSION_INVALID', ['health', '0', 'healthy']],
    ['a health expression of something else', { ...input, health: [{ kind: 'Widget', healthy: 'true', degraded: 'status.failed' }] }, 'EXPRESSION_INVALID', ['health', '0', 'degraded']],
    ['too many health rules', { ...input, health: Array.from({ length: 65 }, () => ({ kind: 'Widget', healthy: 'true' })) }, 'TOO_MANY', ['health']],
    ['health rules that are too long together', { ...input, health: Array.from({ length: 10 }, () => ({ kind: 'Widget', healthy: `"${'x'.repeat(3_900)}" == ""` })) }, 'TOO_LARGE', ['health']],
    ['a health message that is no text', { ...input, health: [{ kind: 'Widget', healthy: 'true', message: 'true' }] }, 'EXPRESSION_INVALID', ['health', '0', 'message']],
    ['an ignore rule with a condition that does not compile', { ...input, sync: { ignore: [{ kind: 'Deployment', when: 'object.' }] } }, 'EXPRESSION_INVALID', ['sync', 'ignore', '0', 'when']],
    ['a patch of everything', { ...input, patches: [{ target: {}, patch: 'a: 1' }] }, 'REQUIRED', ['patches', '0', 'target']],
    ['an empty patch', { ...input, patches: [{ target: { kind: 'Deployment' }, patch: ' ' }] }, 'REQUIRED', ['patches', '0', 'patch']],
    ['a patch with a bad template', { ...input, patches: [{ target: { kind: 'Deployment' }, patch: '{{ nope }}' }] }, 'PARAMETER_INVALID', ['patches', '0', 'patch']],
    ['a patch that is words', { ...input, patches: [{ target: { kind: 'Deployment' }, patch: 'make it {{ cluster.name }}' }] }, 'INVALID_VALUE', ['patches', '0', 'patch']],
    ['a JSON patch with an unknown operation', { ...input, patches: [{ target: { kind: 'Deployment' }, patch: '- {op: frob, path: /spec}' }] }, 'INVALID_VALUE', ['patches', '0', 'patch']],
    ['a patch for no cluster', { ...input, patches: [{ target: { kind: 'Deployment' }, patch: 'a: 1', clusters: {} }] }, 'SELECTOR_EMPTY', ['patches', '0', 'clusters']],
    ['an ignore rule for everything', { ...input, sync: { ignore: [{ when: 'true' }] } }, 'REQUIRED', ['sync', 'ignore', '0']],
    ['a pointer without a slash', { ...input, sync: { ignore: [{ jsonPointers: ['spec'] }] } }, 'INVALID_VALUE', ['sync', 'ignore', '0', 'jsonPointers', '0']],
    ['a pointer with a bad escape', { ...input, sync: { ignore: [{ jsonPointers: ['/a~2'] }] } }, 'INVALID_VALUE', ['sync', 'ignore', '0', 'jsonPointers', '0']],
    ['a pattern with an empty name', { ...input, sync: { ignore: [{ name: '' }] } }, 'INVALID_VALUE', ['sync', 'ignore', '0', 'name']],
  ])('refuses %s', (_name, given, code, path) => {
    expect(validateApplication(given)).toMatchObject({ ok: false, error: [{ code, path }] });
  });

  it('names everything at once', () => {
    const result = validateApplication({ source: { ref: '..' }, namespace: '-' });
    expect(result.ok ? [] : result.error.map((issue) => issue.code)).toEqual(['REQUIRED', 'INVALID_REF', 'SELECTOR_EMPTY', 'INVALID_NAMESPACE']);
  });

  it('names the parameter and the template', () => {
    const result = validateApplication({ ...input, parameters: { hosts: ['{{ cluster.nope }}'] } });
    expect(result.ok ? '' : result.error[0]?.message).toContain('Parameter hosts[0]: {{ cluster.nope }}');
  });
});
