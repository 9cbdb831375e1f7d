import { Command } from 'commander';
import { CliError, usage } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { UserRefusal } from '../hub/user-refusal.js';
import { agentEnvironment } from './cluster-join/agent-environment.js';
import { agentChartValues, agentManifest, agentObjects } from './cluster-join/agent-manifest.js';
import { hubAddress, type AgentSettings, type ApplyPreset } from './cluster-join/agent-settings.js';
import { connectToCluster, installAgent } from './cluster-join/install-agent.js';
import { parseLabelWords } from './label.js';
import { VERSION } from '../version.js';
import { parseDuration } from './parse-duration.js';

const CREATE = `mutation Create($input: CreateClusterInput!) { createCluster(input: $input) { cluster { name } userErrors { code field message hint details } } }`;
const TOKEN = `mutation Token($input: CreateJoinTokenInput!) { createJoinToken(input: $input) { token joinToken { expiresAt } hub { host agentPort enrollPort caPem caHash } userErrors { code field message hint details } } }`;

interface JoinOptions {
  readonly label: readonly string[];
  readonly output: string;
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly preset?: string;
  readonly namespaces?: readonly string[];
  readonly logs?: boolean;
  readonly prometheusUrl?: string;
  readonly agentNamespace: string;
  readonly image: string;
  readonly replace?: boolean;
  readonly wait: string;
}

interface JoinTokenPayload {
  readonly token: string;
  readonly joinToken: { readonly expiresAt: string };
  readonly hub: { readonly host: string; readonly agentPort: number; readonly enrollPort: number; readonly caPem: string; readonly caHash: string };
}

/** `capstan cluster join NAME -l k=v`: makes the row, mints a token of one use, and prints or installs what the agent needs. */
export function clusterCommand(context: CommandContext): Command {
  const join = new Command('join')
    .description('register a cluster and print (or, with --context, install) what its agent needs')
    .argument('<name>', 'name of the cluster in the fleet')
    .option('-l, --label <key=value>', 'a label; may be given more than once or with commas', collect, [])
    .option('-o, --output <form>', 'env | manifest | helm', 'env')
    .option('--context <name>', 'install into the cluster of this kubeconfig context and wait until it is connected')
    .option('--kubeconfig <file>', 'the kubeconfig for --context (default: KUBECONFIG or ~/.kube/config)')
    .option('--preset <preset>', 'what applied content may touch: namespaced (only --namespaces) or cluster-admin (everything)')
    .option('--namespaces <names...>', 'the namespaces of the preset namespaced')
    .option('--logs', 'let the agent read the logs of pods, for capstan logs')
    .option('--prometheus-url <url>', 'the Prometheus of the cluster, as its pods reach it, for gates of rollouts that measure')
    .option('--agent-namespace <name>', 'where the agent lives', 'capstan-system')
    .option('--image <reference>', 'image of the agent', `ghcr.io/capstan-dev/capstan-agent:${VERSION}`)
    .option('--replace', 'the cluster was rebuilt: accept another Kubernetes cluster under this name')
    .option('--wait <duration>', 'with --context: how long to wait for the agent', '2m')
    .action((name: string, options: JoinOptions) => joinCluster(context, name, options));
  return new Command('cluster').description('clusters of the fleet').addCommand(join);
}

async function joinCluster(context: CommandContext, name: string, options: JoinOptions): Promise<void> {
  if (!['env', 'manifest', 'helm'].includes(options.output)) throw usage(`unknown output: ${options.output}`, 'Use env, manifest or helm.');
  const preset = parsePreset(options);
  const prometheusUrl = parsePrometheusUrl(options.prometheusUrl);
  const { set, remove } = parseLabelWords(options.label);
  if (remove.length > 0) throw usage(`a new cluster has no label ${remove.join(', ')}`, 'Write key=value.');
  const waitMs = parseDuration(options.wait);
  // Whatever can fail on this machine does so before anything is made.
  const kubernetes = options.context === undefined ? undefined : await connectToCluster(options.context, options.kubeconfig);
  await createCluster(context, name, set);
  const payload = await context.hub.mutate<JoinTokenPayload>(TOKEN, 'createJoinToken', { cluster: name, ...(options.replace === true ? { replace: true } : {}) }, context.signal);
  const settings: AgentSettings = {
    cluster: name,
    hub: hubAddress(payload.hub.host, payload.hub.agentPort, payload.hub.enrollPort),
    caPem: payload.hub.caPem,
    caHash: payload.hub.caHash,
    joinToken: payload.token,
    namespace: options.agentNamespace,
    applyServiceAccount: 'capstan-apply',
    preset: preset ?? 'namespaced',
    namespaces: options.namespaces ?? [],
    readsLogs: options.logs === true,
    prometheusUrl,
    image: options.image,
  };
  if (kubernetes === undefined) {
    context.out(options.output === 'manifest' ? agentManifest(settings, VERSION) : options.output === 'helm' ? agentChartValues(settings) : agentEnvironment(settings));
    context.err(`cluster/${name} waits for its agent; the token works once, until ${payload.joinToken.expiresAt}\n`);
    return;
  }
  await installAgent(agentObjects(settings, VERSION), kubernetes, context.err, context.signal);
  await waitUntilConnected(context, name, options.agentNamespace, waitMs);
  context.out(`cluster/${name} connected\n`);
}

/** What the applying account may do is said, never assumed; as environment the account is the operator's own affair. */
function parsePreset(options: JoinOptions): ApplyPreset | undefined {
  const isNeeded = options.context !== undefined || options.output !== 'env';
  if (options.preset === undefined) {
    if (!isNeeded) return undefined;
    throw usage('what may applied content touch?', '--preset namespaced --namespaces shop web, or --preset cluster-admin for everything.');
  }
  if (options.preset !== 'namespaced' && options.preset !== 'cluster-admin') throw usage(`unknown preset: ${options.preset}`, 'Use namespaced or cluster-admin.');
  if (options.preset === 'namespaced' && (options.namespaces ?? []).length === 0) throw usage('the preset namespaced needs --namespaces', 'Name the namespaces, which must exist: --namespaces shop web.');
  return options.preset;
}

/** Only this says where agents ask; a password in it would stand in every place that shows the environment of a pod. */
function parsePrometheusUrl(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && (url.protocol === 'http:' || url.protocol === 'https:') && `${url.username}${url.password}${url.search}${url.hash}` === '') return text;
  throw usage('--prometheus-url is no such address', 'Give the part before /api/v1, without user and password: http://prometheus.monitoring:9090. A token is named in the chart: prometheus.tokenSecret.');
}

/** Makes the row. One that exists gets a new token and, where labels are given, must be labelled by `capstan label`. */
async function createCluster(context: CommandContext, name: string, labels: Readonly<Record<string, string>>): Promise<void> {
  try {
    await context.hub.mutate(CREATE, 'createCluster', { name, labels }, context.signal);
    context.err(`cluster/${name} created\n`);
  } catch (error) {
    if (!(error instanceof UserRefusal) || error.code !== 'DUPLICATE_CLUSTER') throw error;
    context.err(`cluster/${name} exists already: minting a new token${Object.keys(labels).length > 0 ? '; its labels are unchanged (capstan label cluster changes them)' : ''}\n`);
  }
}

async function waitUntilConnected(context: CommandContext, name: string, namespace: string, timeoutMs: number): Promise<void> {
  const deadline = context.monotonic.nowMs() + timeoutMs;
  context.err(`waiting for the agent of cluster/${name} ...\n`);
  for (;;) {
    const { cluster } = await context.hub.query<{ readonly cluster: { readonly connection: string } | null }>('query Connected($name: String!) { cluster(name: $name) { connection } }', { name }, context.signal);
    if (cluster?.connection === 'CONNECTED') return;
    if (context.monotonic.nowMs() >= deadline) {
      throw new CliError(EXIT.WAIT_FAILED, `the agent of cluster/${name} did not connect`, undefined, `Look at its log: kubectl -n ${namespace} logs deployment/capstan-agent`);
    }
    await context.timers.sleep(500, context.signal);
  }
}

function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, ...value.split(',')];
}
