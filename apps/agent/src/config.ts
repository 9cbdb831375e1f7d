import { DEFAULT_AGENT_NAMESPACE } from '#domain';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { isAbsolute, resolve } from 'node:path';
import * as z from 'zod/mini';
import { SecretText } from './secret-text.js';
import { parseHubAddress, type CaPin, type HubAddress } from './session/index.js';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Everything that can be set, one field per variable. Times are in milliseconds, sizes in bytes. */
export interface AgentVariables {
  readonly hub: HubAddress;
  readonly hubCaFile: string | undefined;
  readonly hubCaHash: string | undefined;
  readonly joinToken: SecretText | undefined;
  readonly kubeconfig: string | undefined;
  readonly namespace: string;
  readonly applyServiceAccount: string;
  /** Absolute. */
  readonly dataDir: string;
  readonly gitAdapter: 'auto' | 'system' | 'isomorphic';
  readonly gitCacheBytes: number;
  readonly allowPrivateGitHosts: readonly string[];
  /** Absolute. */
  readonly kustomize: string | undefined;
  readonly helm: string | undefined;
  readonly prometheusUrl: URL | undefined;
  readonly prometheusTokenFile: string | undefined;
  readonly prometheusCaFile: string | undefined;
  readonly concurrency: number;
  readonly renderConcurrency: number;
  readonly leaseDurationMs: number;
  readonly otlpEndpoint: URL | undefined;
  readonly logLevel: LogLevel;
  readonly failpoint: { readonly name: string; readonly hit: number } | undefined;
  readonly isFailpointEnabled: boolean;
}

/** The variables and what follows from them and from the place where the process runs. */
export interface AgentConfig extends AgentVariables {
  readonly ca: CaPin;
  /** Where programs are looked for. */
  readonly path: string;
  /** What the kubelet tells a pod; undefined elsewhere. */
  readonly pod: { readonly serviceHost: string; readonly servicePort: string; readonly name: string } | undefined;
}

/** One variable: what the documentation says of it, and how its text becomes a value. */
export interface Setting<T> {
  readonly name: string;
  /** A secret may also be given by `<name>_FILE`, which wins, and is never shown. */
  readonly secret: boolean;
  /** As one would write it; undefined: unset. */
  readonly default: string | undefined;
  /** How the default reads in the documentation when it is not a fixed text. */
  readonly defaultMeans?: string;
  readonly meaning: string;
  /** What a valid text looks like, completing "must be ...". */
  readonly expected: string;
  readonly parse: z.ZodMiniType<T, string | undefined>;
}

const DURATION_UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const matching = (pattern: RegExp) => z.string().check(z.regex(pattern));
const duration = z.pipe(matching(/^\d{1,9}(ms|s|m|h)$/), z.transform((text: string) => Number.parseInt(text, 10) * (DURATION_UNITS[text.replace(/^\d+/, '')] ?? 1)));
const number = (digits: RegExp) => z.pipe(matching(digits), z.transform(Number));
const count = (max: number) => z.pipe(number(/^\d{1,4}$/), z.number().check(z.minimum(1), z.maximum(max)));
const text = z.optional(z.string().check(z.minLength(1)));
const list = z.pipe(z.string(), z.transform((hosts: string) => hosts.split(',').map((host) => host.trim()).filter((host) => host !== '')));
const dnsLabel = matching(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
/** An http(s) address with no secret in it. */
const plainHttp = z.optional(z.pipe(z.string(), z.transform((value: string, context): URL => {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url !== undefined && (url.protocol === 'http:' || url.protocol === 'https:') && `${url.username}${url.password}${url.search}${url.hash}` === '') return url;
  context.issues.push({ code: 'custom', message: 'not an address', input: value });
  return z.NEVER;
})));
const NAMESPACE_FILE = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';

/** In the order of the documentation. Each field of `AgentVariables` has exactly one. */
export const SETTINGS: { readonly [K in keyof AgentVariables]: Setting<AgentVariables[K]> } = {
  hub: {
    name: 'CAPSTAN_HUB', secret: false, default: undefined, defaultMeans: 'required',
    parse: z.pipe(z.string(), z.transform((value: string, context): HubAddress => {
      const address = parseHubAddress(value);
      if (address.ok) return address.value;
      context.issues.push({ code: 'custom', message: 'not an address', input: value });
      return z.NEVER;
    })),
    meaning: 'Where the hub listens for agents; without ports 8443 (sessions) and 8444 (enrolment).', expected: '`host` or `host:agentPort:enrollPort`',
  },
  hubCaFile: {
    name: 'CAPSTAN_HUB_CA_FILE', secret: false, default: undefined, parse: text,
    meaning: 'File with the CA of the hub. This or `CAPSTAN_HUB_CA_HASH` is required; this one wins.', expected: 'the path of a file with one certificate as PEM',
  },
  hubCaHash: {
    name: 'CAPSTAN_HUB_CA_HASH', secret: false, default: undefined, parse: z.optional(matching(/^sha256:[0-9a-f]{64}$/)),
    meaning: 'SHA-256 of the public key of the hub\'s CA, as `capstan cluster join` prints it: the CA is fetched, compared, and then verified in full.', expected: 'sha256:<64 hex digits>',
  },
  joinToken: {
    name: 'CAPSTAN_JOIN_TOKEN', secret: true, default: undefined, defaultMeans: 'unset; a file that is missing or empty counts as unset', parse: z.optional(z.pipe(z.string(), z.transform((token: string) => new SecretText(token)))),
    meaning: 'One-use token of `capstan cluster join`. Needed for the first start only: afterwards the identity lies in the cluster.', expected: 'a token that `capstan cluster join` has printed',
  },
  kubeconfig: {
    name: 'KUBECONFIG', secret: false, default: undefined, defaultMeans: 'in-cluster configuration', parse: text,
    meaning: 'The cluster that this agent is responsible for: its current context.', expected: 'the path of a kubeconfig',
  },
  namespace: {
    name: 'CAPSTAN_NAMESPACE', secret: false, default: DEFAULT_AGENT_NAMESPACE, defaultMeans: `the namespace of the pod, else \`${DEFAULT_AGENT_NAMESPACE}\``, parse: dnsLabel,
    meaning: 'Where the agent keeps its state. No application can touch it.', expected: 'the name of a namespace',
  },
  applyServiceAccount: {
    name: 'CAPSTAN_APPLY_SERVICE_ACCOUNT', secret: false, default: 'capstan-apply', parse: matching(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/),
    meaning: 'ServiceAccount of the agent\'s namespace as which everything of an application is applied, deleted and tried.', expected: 'the name of a ServiceAccount',
  },
  dataDir: {
    name: 'CAPSTAN_DATA_DIR', secret: false, default: '.capstan', parse: z.pipe(z.string(), z.transform((path: string) => resolve(path))),
    meaning: 'Copies of repositories and work of the renderer. Only a cache; one process per directory.', expected: 'a directory that the agent may write',
  },
  gitAdapter: {
    name: 'CAPSTAN_GIT', secret: false, default: 'auto', parse: z.enum(['auto', 'system', 'isomorphic']),
    meaning: 'Which Git to use: the system\'s `git`, the built-in one, or the system\'s where there is one. The agent goes to any Git server that its network lets it reach, private addresses too: use a NetworkPolicy to narrow that.',
    expected: 'auto, system or isomorphic',
  },
  gitCacheBytes: {
    name: 'CAPSTAN_GIT_CACHE_MIB', secret: false, default: '1024', parse: z.pipe(number(/^\d{1,6}$/), z.transform((mib: number) => mib * 1024 * 1024)),
    meaning: 'Disk for copies of repositories in MiB; those used longest ago go first.', expected: 'a number of MiB',
  },
  allowPrivateGitHosts: {
    name: 'CAPSTAN_ALLOW_PRIVATE_GIT_HOSTS', secret: false, default: '', defaultMeans: 'none', parse: list,
    meaning: 'Comma-separated hosts to which the index or a redirect of a registry or chart repository may lead, although they have private addresses and the repository has not; `*` allows all.',
    expected: 'a comma-separated list of host names',
  },
  kustomize: {
    name: 'CAPSTAN_KUSTOMIZE', secret: false, default: undefined, defaultMeans: '`kustomize` on the PATH', parse: z.optional(z.string().check(z.refine(isAbsolute))),
    meaning: 'The kustomize program. Without one, kustomizations answer RENDERER_UNAVAILABLE and plain manifests still work.', expected: 'an absolute path',
  },
  helm: {
    name: 'CAPSTAN_HELM', secret: false, default: undefined, defaultMeans: '`helm` on the PATH', parse: z.optional(z.string().check(z.refine(isAbsolute))),
    meaning: 'The helm program, version 3 or 4. It is looked for when the first chart comes; without one, charts answer RENDERER_UNAVAILABLE and everything else still works.', expected: 'an absolute path',
  },
  prometheusUrl: {
    name: 'CAPSTAN_PROMETHEUS_URL', secret: false, default: undefined, parse: plainHttp,
    meaning: 'The Prometheus of this cluster, or what speaks its API, for gates of rollouts that measure. Only the agent says where it is, never its hub. Without one such gates fail at their deadline.',
    expected: 'the http(s) address before `/api/v1`, without user and password',
  },
  prometheusTokenFile: {
    name: 'CAPSTAN_PROMETHEUS_TOKEN_FILE', secret: false, default: undefined, parse: text,
    meaning: 'File with the bearer token that is shown to it; read anew for each question.', expected: 'the path of a file with one token',
  },
  prometheusCaFile: {
    name: 'CAPSTAN_PROMETHEUS_CA_FILE', secret: false, default: undefined, defaultMeans: 'the authorities that Node knows', parse: text,
    meaning: 'File with the authorities that its certificate may come from.', expected: 'the path of a file with certificates as PEM',
  },
  concurrency: { name: 'CAPSTAN_CONCURRENCY', secret: false, default: '4', parse: count(64), meaning: 'Applications that are worked on at once.', expected: 'a number from 1 to 64' },
  renderConcurrency: {
    name: 'CAPSTAN_RENDER_CONCURRENCY', secret: false, default: String(Math.min(2, availableParallelism())), defaultMeans: '2, or 1 on a single core', parse: count(16),
    meaning: 'Renders at once.', expected: 'a number from 1 to 16',
  },
  leaseDurationMs: {
    name: 'CAPSTAN_LEASE_DURATION', secret: false, default: '15s', parse: z.pipe(duration, z.number().check(z.minimum(3_000), z.maximum(300_000))),
    meaning: 'How long another agent waits for a silent one before it takes over this cluster.', expected: 'a duration from 3s to 5m',
  },
  otlpEndpoint: {
    name: 'CAPSTAN_OTLP_ENDPOINT', secret: false, default: undefined, parse: plainHttp,
    meaning: 'Collector of traces that takes OTLP over HTTP, often at port 4318. Only the agent says where it is, never its hub. Spans are sent there, as JSON; without one they are not made.',
    expected: 'the http(s) address before `/v1/traces`, without user and password',
  },
  logLevel: { name: 'CAPSTAN_LOG_LEVEL', secret: false, default: 'info', parse: z.enum(LOG_LEVELS), meaning: 'Least level that is logged.', expected: LOG_LEVELS.join(', ') },
  failpoint: {
    name: 'CAPSTAN_FAILPOINT', secret: false, default: undefined,
    parse: z.optional(z.pipe(matching(/^[a-z.-]+(:\d{1,6})?$/), z.transform((spec: string) => ({ name: spec.split(':')[0] ?? '', hit: Number(spec.split(':')[1] ?? 1) })))),
    meaning: 'For tests: the place at which the process kills itself, and at which hit.', expected: '<name> or <name>:<hit>',
  },
  isFailpointEnabled: {
    name: 'CAPSTAN_ENABLE_FAILPOINTS', secret: false, default: '0', parse: z.pipe(z.enum(['0', '1']), z.transform((flag: '0' | '1') => flag === '1')),
    meaning: 'For tests: without 1, `CAPSTAN_FAILPOINT` does nothing.', expected: '0 or 1',
  },
};

/** One bad variable. The message names it and the way out, and never repeats a secret. */
export class ConfigError extends Error {
  readonly code = 'BAD_CONFIGURATION';

  constructor(readonly variable: string, problem: string) {
    super(`${variable}: ${problem}`);
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the settings.
 * @throws ConfigError for the first bad one, in the order of the documentation.
 */
export function readAgentConfig(given: Environment = process.env): AgentConfig {
  const environment = { ...given, CAPSTAN_NAMESPACE: given['CAPSTAN_NAMESPACE'] || podNamespace(given) };
  const variables: AgentVariables = {
    hub: read(SETTINGS.hub, environment),
    hubCaFile: read(SETTINGS.hubCaFile, environment),
    hubCaHash: read(SETTINGS.hubCaHash, environment),
    joinToken: read(SETTINGS.joinToken, environment),
    kubeconfig: read(SETTINGS.kubeconfig, environment),
    namespace: read(SETTINGS.namespace, environment),
    applyServiceAccount: read(SETTINGS.applyServiceAccount, environment),
    dataDir: read(SETTINGS.dataDir, environment),
    gitAdapter: read(SETTINGS.gitAdapter, environment),
    gitCacheBytes: read(SETTINGS.gitCacheBytes, environment),
    allowPrivateGitHosts: read(SETTINGS.allowPrivateGitHosts, environment),
    kustomize: read(SETTINGS.kustomize, environment),
    helm: read(SETTINGS.helm, environment),
    prometheusUrl: read(SETTINGS.prometheusUrl, environment),
    prometheusTokenFile: read(SETTINGS.prometheusTokenFile, environment),
    prometheusCaFile: read(SETTINGS.prometheusCaFile, environment),
    concurrency: read(SETTINGS.concurrency, environment),
    renderConcurrency: read(SETTINGS.renderConcurrency, environment),
    leaseDurationMs: read(SETTINGS.leaseDurationMs, environment),
    otlpEndpoint: read(SETTINGS.otlpEndpoint, environment),
    logLevel: read(SETTINGS.logLevel, environment),
    failpoint: read(SETTINGS.failpoint, environment),
    isFailpointEnabled: read(SETTINGS.isFailpointEnabled, environment),
  };
  return Object.freeze({ ...variables, ca: caOf(variables), path: given['PATH'] ?? '', pod: podOf(given) });
}

function read<T>(setting: Setting<T>, environment: Environment): T {
  const given = textOf(setting, environment);
  const parsed = setting.parse.safeParse(given ?? setting.default);
  if (parsed.success) return parsed.data;
  const shown = setting.secret || given === undefined ? '' : `, not ${JSON.stringify(given.replace(/\/\/[^/\s]*@/, '//').slice(0, 80))}`;
  throw new ConfigError(setting.name, `must be ${setting.expected}${shown}. ${setting.meaning}`);
}

/** An empty variable counts as unset: that is what a template with an unset value leaves behind. So does a missing file of a secret: a pod mounts it optionally. */
function textOf(setting: Setting<unknown>, environment: Environment): string | undefined {
  const file = setting.secret ? environment[`${setting.name}_FILE`] : undefined;
  if (file === undefined || file === '') return environment[setting.name] || undefined;
  const found = readIfThere(file, `${setting.name}_FILE`);
  return found === undefined || found.trim() === '' ? environment[setting.name] || undefined : found.trim();
}

function caOf({ hubCaFile, hubCaHash }: AgentVariables): CaPin {
  if (hubCaFile === undefined) {
    if (hubCaHash === undefined) throw new ConfigError('CAPSTAN_HUB_CA_FILE', 'or CAPSTAN_HUB_CA_HASH must be set: the agent trusts the CA of its hub and no other. `capstan cluster join` prints both');
    return { hash: hubCaHash };
  }
  const pem = readIfThere(hubCaFile, 'CAPSTAN_HUB_CA_FILE');
  try {
    return { pem: new X509Certificate(pem ?? '').toString() };
  } catch {
    throw new ConfigError('CAPSTAN_HUB_CA_FILE', `${pem === undefined ? `there is no file ${hubCaFile}` : `${hubCaFile} holds no certificate`}. It must be ${SETTINGS.hubCaFile.expected}`);
  }
}

function podNamespace(environment: Environment): string | undefined {
  return podOf(environment) === undefined ? undefined : readIfThere(NAMESPACE_FILE, 'CAPSTAN_NAMESPACE')?.trim();
}

function podOf(environment: Environment): AgentConfig['pod'] {
  const { KUBECONFIG: kubeconfig, KUBERNETES_SERVICE_HOST: serviceHost = '', KUBERNETES_SERVICE_PORT: servicePort = '', HOSTNAME: name = '' } = environment;
  return (kubeconfig ?? '') !== '' || serviceHost === '' ? undefined : { serviceHost, servicePort, name };
}

/** undefined: there is no such file. */
function readIfThere(file: string, variable: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unreadable';
    if (code === 'ENOENT') return undefined;
    throw new ConfigError(variable, `cannot read ${file} (${code})`);
  }
}
