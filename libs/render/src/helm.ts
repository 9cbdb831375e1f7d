import { fieldOf, isJsonObject, LONGEST_RELEASE_NAME, type SourcedDocument, type SourceTree } from '#domain';
import { err, ok, type Result } from '#kernel';
import type { ProcessOutput } from '#runtime';
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { explainHelm } from './explain-helm.js';
import type { Jail } from './jail.js';
import { materialize } from './materialize.js';
import { readChartClosure, type ChartClosure } from './read-chart-closure.js';
import { readHelmOutput } from './read-helm-output.js';
import { refuse } from './render-failures.js';
import type { ClusterCapabilities, RenderFailure, RenderLimits, RenderRequest } from './renderer.js';
import { runFailure } from './run-failure.js';

/** Bytes of one argument: Linux takes 128 KiB. */
const LONGEST_ARGUMENT = 64 * 1024;
/** What `helm dependency list` says of a dependency that counts, or that counts as one of several. */
const USABLE: readonly string[] = ['ok', 'unpacked', 'too many matches'];
const HOOK = 'helm.sh/hook';
/** Events of a hook that is a test. */
const TESTS: readonly string[] = ['test', 'test-success'];

/** Renders a chart with the real program, in the jail, over a private copy of the chart, its local dependencies and its values files. */
export class Helm {
  constructor(
    private readonly jail: Jail,
    private readonly workDirectory: string,
    private readonly limits: RenderLimits,
  ) {}

  async template(tree: SourceTree, request: RenderRequest, signal: AbortSignal): Promise<Result<readonly SourcedDocument[], RenderFailure>> {
    const { releaseName } = request.helm;
    if (releaseName.length > LONGEST_RELEASE_NAME) return refuse('HELM_FAILED', `${releaseName} is too long for the name of a release: set source.helm.releaseName to one of at most ${LONGEST_RELEASE_NAME} characters`);
    const closure = await readChartClosure(tree, request, this.limits, signal);
    if (!closure.ok) return closure;
    const cluster = await request.helm.capabilities(signal);
    if (!cluster.ok) return err({ code: 'CLUSTER_UNAVAILABLE', message: `what the cluster serves could not be read, and charts ask for it: ${cluster.error.message}`, retryable: true });
    const directory = await realpath(await mkdtemp(join(this.workDirectory, 'render-'))); // mode 0700
    try {
      const source = join(directory, 'source');
      await materialize(closure.value.files, source, signal);
      const run = await this.runner(closure.value, directory, signal);
      for (const chart of closure.value.withDependencies) {
        const listed = await run(['dependency', 'list', join(source, chart.into), '--max-col-width=0']);
        const judged = listed.ok ? judgeDependencies(listed.value.stdout.toString('utf8'), chart.path) : listed;
        if (!judged.ok) return judged;
      }
      const rendered = await run(templateArguments(request, cluster.value, closure.value, source), JSON.stringify(request.parameters));
      if (!rendered.ok) return rendered;
      const documents = await readHelmOutput(rendered.value.stdout, closure.value, signal);
      return documents.ok && request.helm.skipHooks ? ok(documents.value.flatMap(withoutHook)) : documents;
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }

  /** Runs helm, with directories of its own; what it says on failure is told in terms of the repository. */
  private async runner(closure: ChartClosure, directory: string, signal: AbortSignal): Promise<(args: readonly string[], stdin?: string) => Promise<Result<ProcessOutput, RenderFailure>>> {
    const home = join(directory, 'home');
    await mkdir(home, { mode: 0o700 });
    const env = { HELM_CACHE_HOME: home, HELM_CONFIG_HOME: home, HELM_DATA_HOME: home, HELM_PLUGINS: join(home, 'plugins'), HELM_NO_PLUGINS: '1', KUBECONFIG: '/dev/null' };
    return async (args, stdin = '') => {
      const run = await this.jail.run({ args, directory: home, env, stdin, signal });
      signal.throwIfAborted();
      if (run.ok) return run;
      const told = runFailure('helm', run.error, this.limits);
      return told.kind === 'STOPPED' ? told.failure : explainHelm(told.stderr, closure, directory);
    };
  }
}

/** Values come last by the standard input: in no argument and in no file. */
function templateArguments({ helm, namespace }: RenderRequest, cluster: ClusterCapabilities, closure: ChartClosure, source: string): readonly string[] {
  return [
    'template', helm.releaseName, join(source, closure.into), '--include-crds', '--kube-version', cluster.kubeVersion,
    ...(namespace === '' ? [] : ['--namespace', namespace]),
    ...inArguments(cluster.apiVersions).flatMap((some) => ['--api-versions', some]),
    ...closure.valuesFiles.flatMap((file) => ['--values', join(source, file)]),
    '--values', '-',
  ];
}

function inArguments(texts: readonly string[]): readonly string[] {
  const joined: string[] = [];
  for (const text of texts) {
    const last = joined.at(-1);
    if (last === undefined || last.length + text.length >= LONGEST_ARGUMENT) joined.push(text);
    else joined[joined.length - 1] = `${last},${text}`;
  }
  return joined;
}

/** Helm renders without a word when the version in charts/ is not the one that Chart.yaml wants: the whole dependency is then left out. */
function judgeDependencies(table: string, path: string): Result<void, RenderFailure> {
  for (const row of table.split('\n').slice(1)) {
    const [name, , , status] = row.split('\t').map((cell) => cell.trim());
    if (name === undefined || status === undefined || USABLE.includes(status)) continue;
    const chart = path === '' ? 'Chart.yaml' : `${path}/Chart.yaml`;
    const found = status === 'missing' ? 'is not in charts/' : `in charts/ cannot be used (${status})`;
    return refuse('DEPENDENCY_NOT_VENDORED', `${chart}: the dependency ${name} ${found}: run \`helm dependency build\` there and commit charts/`, chart);
  }
  return ok(undefined);
}

/** Leaves a hook out, but for what of it is a test: that is run when somebody asks for it, and never with a release. */
function withoutHook(document: SourcedDocument): readonly SourcedDocument[] {
  const { value } = document;
  const metadata = fieldOf(value, 'metadata');
  const annotations = fieldOf(metadata, 'annotations');
  if (!isJsonObject(value) || !isJsonObject(metadata) || !isJsonObject(annotations) || typeof annotations[HOOK] !== 'string') return [document];
  const isTest = annotations[HOOK].split(',').some((event) => TESTS.includes(event.trim().toLowerCase()));
  return isTest ? [{ ...document, value: { ...value, metadata: { ...metadata, annotations: { ...annotations, [HOOK]: 'test' } } } }] : [];
}
