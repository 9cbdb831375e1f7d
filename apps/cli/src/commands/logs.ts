import { Command } from 'commander';
import { CliError, notFound, usage } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { EXIT } from '../exit-codes.js';
import type { ResourceNodeData } from '../output/format-tree.js';
import { printable } from '../output/printable.js';
import { parseDuration } from './parse-duration.js';
import { parseTarget, type TargetNames } from './parse-target.js';
import { readTree } from './tree.js';

const ARGUMENTS = '$project: String, $application: String!, $cluster: String!, $namespace: String!, $pod: String!, $container: String, $tail: Int, $sinceSeconds: Int';
const PASSED = 'project: $project, application: $application, cluster: $cluster, namespace: $namespace, pod: $pod, container: $container, tail: $tail, sinceSeconds: $sinceSeconds';
const LOGS = `query Logs(${ARGUMENTS}, $previous: Boolean) { podLogs(${PASSED}, previous: $previous) { text end } }`;
const FOLLOW = `subscription Follow(${ARGUMENTS}) { podLogs(${PASSED}) { text end message } }`;

interface LogsOptions {
  readonly follow?: boolean;
  readonly tail: string;
  readonly since?: string;
  readonly container?: string;
  readonly previous?: boolean;
  readonly project: string;
}

/** `capstan logs TARGET [POD]`: what a pod of the target says. */
export function logsCommand(context: CommandContext): Command {
  return new Command('logs')
    .description('the log of a pod of a target, read in its cluster')
    .argument('<target>', '[PROJECT/]APP@CLUSTER')
    .argument('[pod]', '[NAMESPACE/]NAME; may be left out where the target has one pod')
    .option('-f, --follow', 'go on until the container ends, at most ten minutes')
    .option('--tail <lines>', 'how many of the last lines, at most 5000', '100')
    .option('--since <duration>', 'only what is younger, such as 90s or 10m')
    .option('-c, --container <name>', 'which container, where the pod has several')
    .option('--previous', 'of the run before the current one')
    .option('-p, --project <name>', 'the project', 'default')
    .action(async (text: string, pod: string | undefined, options: LogsOptions) => {
      const target = parseTarget(text, options.project);
      if (!/^\d{1,5}$/.test(options.tail)) throw usage(`not a number of lines: ${options.tail}`, '--tail 100');
      if (options.follow === true && options.previous === true) throw usage('a run that is over cannot be followed', 'Leave out --follow or --previous.');
      const since = options.since === undefined ? undefined : Math.max(1, Math.ceil(parseDuration(options.since) / 1_000));
      const variables = { ...target, ...(await findPod(context, target, pod)), container: options.container, tail: Number(options.tail), sinceSeconds: since };
      await (options.follow === true ? follow(context, variables) : show(context, { ...variables, previous: options.previous === true }));
    });
}

async function show(context: CommandContext, variables: Readonly<Record<string, unknown>>): Promise<void> {
  const { podLogs } = await context.hub.query<{ readonly podLogs: { readonly text: string; readonly end: string } | null }>(LOGS, variables, context.signal);
  if (podLogs === null) throw notFound(`pod ${String(variables['namespace'])}/${String(variables['pod'])} of this target`, 'capstan tree TARGET shows its pods.');
  context.out(printable(podLogs.text));
  if (podLogs.end !== 'COMPLETE') context.err(`There is more: ${podLogs.end}. Ask for less with --tail or --since.\n`);
}

async function follow(context: CommandContext, variables: Readonly<Record<string, unknown>>): Promise<void> {
  type Part = { readonly podLogs: { readonly text: string; readonly end: string | null; readonly message: string | null } };
  for await (const { podLogs } of context.hub.subscribe<Part>(FOLLOW, variables, context.signal)) {
    context.out(printable(podLogs.text));
    if (podLogs.end === 'FAILED') throw new CliError(EXIT.ERROR, 'the log cannot be read', podLogs.message ?? undefined, 'capstan tree TARGET shows the pods of the target.');
    if (podLogs.end !== null) context.err(podLogs.end === 'COMPLETE' ? 'The container has ended.\n' : `No more of it: ${podLogs.end}.\n`);
  }
}

/** A pod by name, in the namespace that is given or the only one that has it; without a name the only pod there is. */
async function findPod(context: CommandContext, target: TargetNames, text: string | undefined): Promise<{ readonly namespace: string; readonly pod: string }> {
  const [namespace, name] = text === undefined ? [] : text.includes('/') ? text.split('/', 2) : [undefined, text];
  if (namespace !== undefined && name !== undefined) return { namespace, pod: name };
  const pods = (await readTree(context, target)).nodes.filter(({ object }) => object.kind === 'Pod' && object.group === '' && (name === undefined || object.name === name));
  const [only, another] = pods;
  if (only === undefined) throw notFound(name === undefined ? 'a pod of this target' : `pod ${name} of this target`, 'capstan tree TARGET shows what there is.');
  if (another !== undefined) throw usage('which pod?', `capstan logs ${target.application}@${target.cluster} POD, one of: ${pods.slice(0, 20).map(nameOf).join(' ')}`);
  return { namespace: only.object.namespace, pod: only.object.name };
}

function nameOf({ object }: ResourceNodeData): string {
  return `${object.namespace}/${object.name}`;
}
