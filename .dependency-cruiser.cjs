/** The order of the house: kernel <- runtime, domain <- {wire, git, render, kube} <- apps (docs/architecture.md). */
const only = (name, from, allowed) => ({
  name,
  severity: 'error',
  from: { path: `^libs/${from}/src`, pathNot: '\\.(spec|int-spec|contract)\\.ts$' },
  to: { path: '^(libs|apps|test|migrations)/', pathNot: `^libs/(${[from, ...allowed].join('|')})/src` },
});

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    only('kernel-stands-alone', 'kernel', []),
    only('runtime-on-kernel', 'runtime', ['kernel']),
    only('domain-on-kernel', 'domain', ['kernel']),
    only('wire-on-domain', 'wire', ['kernel', 'domain']),
    only('git-on-domain', 'git', ['kernel', 'runtime', 'domain']),
    only('archive-on-git', 'archive', ['kernel', 'runtime', 'domain', 'git']),
    only('render-on-domain', 'render', ['kernel', 'runtime', 'domain']),
    only('kube-on-domain', 'kube', ['kernel', 'runtime', 'domain']),
    only('sandbox-on-domain', 'sandbox', ['kernel', 'runtime', 'domain']),
    {
      name: 'pure-core',
      severity: 'error',
      comment: 'domain and kernel know no framework and no I/O; node:crypto is used for digests and signatures over bytes only, cel-js to compile expressions, croner to ask when a schedule comes round after a given instant',
      from: { path: '^libs/(kernel|domain)/src', pathNot: '\\.spec\\.ts$' },
      to: { dependencyTypes: ['npm', 'npm-dev', 'core'], pathNot: '(^|node_modules/)(yaml|crypto|semver|@marcbachmann/cel-js|croner)(/|$)' },
    },
    { name: 'apps-never-import-apps', severity: 'error', from: { path: '^apps/([^/]+)/' }, to: { path: '^apps/', pathNot: '^apps/$1/' } },
    { name: 'hub-knows-no-cluster-and-no-renderer', severity: 'error', from: { path: '^apps/hub/src' }, to: { path: '^libs/(kube|render|sandbox)/' } },
    {
      name: 'cli-is-a-client',
      severity: 'error',
      from: { path: '^apps/cli/src', pathNot: '(cluster-join|\\.spec\\.ts)' },
      to: { path: '^libs/', pathNot: '^libs/(kernel|runtime)/' },
    },
    { name: 'cli-kube-in-cluster-join-only', severity: 'error', from: { path: '^apps/cli/src/.*cluster-join' }, to: { path: '^libs/', pathNot: '^libs/(kernel|runtime|kube|domain)/' } },
    { name: 'agent-without-sandbox', severity: 'error', from: { path: '^apps/agent/src' }, to: { path: '^libs/sandbox/' } },
    { name: 'testing-in-tests-only', severity: 'error', from: { path: '^(apps|libs)/', pathNot: '(\\.(spec|int-spec|contract)\\.ts$|^libs/testing/|^apps/[^/]+/test/)' }, to: { path: '^libs/testing/' } },
    { name: 'not-to-test', severity: 'error', from: { path: '^(apps|libs)/', pathNot: '(\\.(spec|int-spec)\\.ts$|^apps/[^/]+/test/)' }, to: { path: '(^test/|\\.(spec|int-spec)\\.ts$)' } },
    { name: 'apps-by-compose-only', severity: 'error', from: { path: '^test/', pathNot: '^test/architecture/' }, to: { path: '^apps/', pathNot: '^apps/[^/]+/(src/compose\\.ts$|src/(agent-gateway|session)/index\\.ts$|test/)' } },
    {
      name: 'features-by-their-index',
      severity: 'error',
      from: { path: '^apps/hub/src/features/([^/]+)/' },
      to: { path: '^apps/hub/src/features/[^/]+/', pathNot: '^apps/hub/src/features/($1/|[^/]+/index\\.ts$)' },
    },
    { name: 'features-by-their-index-from-outside', severity: 'error', from: { path: '^apps/hub/src/(agent-gateway|platform)/' }, to: { path: '^apps/hub/src/features/[^/]+/', pathNot: '/index\\.ts$' } },
    { name: 'platform-knows-no-feature', severity: 'error', from: { path: '^apps/hub/src/platform/' }, to: { path: '^apps/hub/src/(features|agent-gateway)/' } },
    { name: 'wire-types-at-the-wire', severity: 'error', from: { pathNot: '^libs/wire/' }, to: { path: '^libs/wire/src/generated/' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^dist/|/generated/)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['source', 'import', 'node', 'default', 'types'], extensions: ['.ts', '.js', '.mjs', '.json'] },
  },
};
