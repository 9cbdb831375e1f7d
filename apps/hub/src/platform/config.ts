import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { SHORTEST_HISTORY_DAYS } from './database/partitions.js';
import { SecretText } from './secrets/secret-text.js';

export const HUB_ROLES = ['api', 'gateway', 'planner'] as const;
export type HubRole = (typeof HUB_ROLES)[number];
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Everything that can be set, validated and frozen. Times are in milliseconds, sizes in bytes. */
export interface HubConfig {
  readonly roles: readonly HubRole[];
  readonly databaseUrl: SecretText | undefined;
  readonly migrateDatabaseUrl: SecretText | undefined;
  readonly databasePoolSize: number;
  readonly statementTimeoutMs: number;
  readonly lockTimeoutMs: number;
  readonly idleInTransactionTimeoutMs: number;
  /** Absolute. */
  readonly dataDir: string;
  readonly masterKeyFile: string | undefined;
  readonly signingKeyFile: string | undefined;
  readonly publicHost: string;
  readonly listenHost: string;
  /** 0: any free port, for tests; `startHub` tells which. */
  readonly httpPort: number;
  readonly agentPort: number;
  readonly enrollPort: number;
  readonly adminToken: SecretText | undefined;
  /** Hosts of Git servers that may resolve to loopback, link-local and private addresses; `*` allows all. */
  readonly allowPrivateGitHosts: readonly string[];
  readonly allowPrivateValidatorHosts: readonly string[];
  readonly gitAdapter: 'auto' | 'system' | 'isomorphic';
  readonly gitAuthorName: string;
  readonly gitAuthorEmail: string;
  readonly certificateTtlMs: number;
  readonly historyRetentionMs: number;
  /** Absent: traces are kept, and told to nobody. */
  readonly otlpEndpoint: URL | undefined;
  readonly logLevel: LogLevel;
  readonly shutdownTimeoutMs: number;
  readonly failpoint: { readonly name: string; readonly hit: number } | undefined;
  readonly isFailpointEnabled: boolean;
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
  readonly parse: z.ZodType<T, string | undefined>;
}

const port = z.string().regex(/^\d{1,5}$/).transform(Number).pipe(z.number().max(65_535));
const DURATION_UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const duration = z.string().regex(/^\d{1,9}(ms|s|m|h)$/).transform((text) => Number.parseInt(text, 10) * (DURATION_UNITS[text.replace(/^\d+/, '')] ?? 1));
const days = z.string().regex(/^\d{1,5}d$/).transform((text) => Number.parseInt(text, 10) * 86_400_000);
const postgresUrl = z.string().refine((text) => /^postgres(ql)?:\/\//.test(text) && URL.canParse(text)).transform((text) => new SecretText(text)).optional();
const text = z.string().min(1).optional();
const host = z.string().regex(/^[A-Za-z0-9.:-]{1,253}$/);
const list = z.string().transform((value) => value.split(',').map((part) => part.trim()).filter((part) => part !== ''));
/** An http(s) address with no secret in it. */
function isPlainHttp(value: string): boolean {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  return url !== undefined && (url.protocol === 'http:' || url.protocol === 'https:') && `${url.username}${url.password}${url.search}${url.hash}` === '';
}
const DURATION = 'a number with a unit: 500ms, 30s, 5m, 24h';
const PORT = 'a port number, 0 to 65535 (0: any free one)';

/** In the order of the documentation. Each key of `HubConfig` has exactly one. */
export const SETTINGS: { readonly [K in keyof HubConfig]: Setting<HubConfig[K]> } = {
  databaseUrl: {
    name: 'DATABASE_URL', secret: true, default: undefined, defaultMeans: 'an embedded PostgreSQL under `CAPSTAN_DATA_DIR`, for development only', parse: postgresUrl,
    meaning: 'PostgreSQL 16 or newer, as the role of the application.', expected: 'a URL such as postgres://user:password@host:5432/capstan',
  },
  migrateDatabaseUrl: {
    name: 'CAPSTAN_MIGRATE_DATABASE_URL', secret: true, default: undefined, defaultMeans: 'the same as `DATABASE_URL`', parse: postgresUrl,
    meaning: 'The same database, as the role that owns the tables and runs migrations.', expected: 'a URL such as postgres://owner:password@host:5432/capstan',
  },
  databasePoolSize: {
    name: 'CAPSTAN_DATABASE_POOL_SIZE', secret: false, default: '20', parse: z.string().regex(/^\d{1,4}$/).transform(Number).pipe(z.number().min(2).max(1_000)),
    meaning: 'Connections to PostgreSQL per replica, beside the one that listens.', expected: 'a number from 2 to 1000',
  },
  statementTimeoutMs: { name: 'CAPSTAN_STATEMENT_TIMEOUT', secret: false, default: '10s', parse: duration, meaning: 'Longest statement. A connection that is silent for two seconds longer counts as cut.', expected: DURATION },
  lockTimeoutMs: { name: 'CAPSTAN_LOCK_TIMEOUT', secret: false, default: '5s', parse: duration, meaning: 'Longest wait for a row lock.', expected: DURATION },
  idleInTransactionTimeoutMs: {
    name: 'CAPSTAN_IDLE_TRANSACTION_TIMEOUT', secret: false, default: '10s', parse: duration, meaning: 'Longest silence of the hub inside a transaction.', expected: DURATION,
  },
  dataDir: {
    name: 'CAPSTAN_DATA_DIR', secret: false, default: '.capstan', parse: z.string().min(1).transform((path) => resolve(path)),
    meaning: 'State on disk: the embedded database, generated keys, Git caches.', expected: 'a directory that the hub may write',
  },
  masterKeyFile: {
    name: 'CAPSTAN_MASTER_KEY_FILE', secret: false, default: undefined, defaultMeans: 'created in the data directory for the embedded database; required otherwise', parse: text,
    meaning: 'File with the key of the envelope encryption: 32 bytes in base64 (`openssl rand -base64 32`). Further lines hold older keys, which only decrypt.', expected: 'the path of a file',
  },
  signingKeyFile: {
    name: 'CAPSTAN_SIGNING_KEY_FILE', secret: false, default: undefined, defaultMeans: 'created in the data directory for the embedded database; required otherwise', parse: text,
    meaning: 'File with the Ed25519 key (PKCS#8 PEM) that signs orders. Only the role `planner` reads it.', expected: 'the path of a file',
  },
  publicHost: {
    name: 'CAPSTAN_PUBLIC_HOST', secret: false, default: 'localhost', parse: host,
    meaning: 'Name or address of the hub as agents reach it: in its certificates and in what `cluster join` prints.', expected: 'a host name or an address, without a port',
  },
  listenHost: { name: 'CAPSTAN_LISTEN_HOST', secret: false, default: '0.0.0.0', parse: host, meaning: 'Address to listen on.', expected: 'an address' },
  httpPort: { name: 'CAPSTAN_HTTP_PORT', secret: false, default: '8080', parse: port, meaning: 'API, console and webhooks.', expected: PORT },
  agentPort: { name: 'CAPSTAN_AGENT_PORT', secret: false, default: '8443', parse: port, meaning: 'Sessions of agents (gRPC, mutual TLS).', expected: PORT },
  enrollPort: { name: 'CAPSTAN_ENROLL_PORT', secret: false, default: '8444', parse: port, meaning: 'Enrolment of agents (gRPC, server TLS).', expected: PORT },
  adminToken: {
    name: 'CAPSTAN_ADMIN_TOKEN', secret: true, default: undefined, defaultMeans: 'generated into a file of mode 0600 in the data directory, whose path is printed',
    parse: z.string().regex(/^cap_[a-z0-9]{8}_[A-Za-z0-9_-]{43}$/).transform((token) => new SecretText(token)).optional(),
    meaning: 'Token of the first administrator.', expected: 'cap_<8 of a-z0-9>_<32 bytes in base64url>',
  },
  roles: {
    name: 'CAPSTAN_ROLES', secret: false, default: 'api,gateway,planner', parse: list.pipe(z.array(z.enum(HUB_ROLES)).min(1)),
    meaning: 'What this replica does.', expected: `a comma-separated list of ${HUB_ROLES.join(', ')}`,
  },
  allowPrivateGitHosts: {
    name: 'CAPSTAN_ALLOW_PRIVATE_GIT_HOSTS', secret: false, default: '', defaultMeans: 'none', parse: list,
    meaning: 'Comma-separated hosts of Git servers, registries and chart repositories that may have loopback, link-local or private addresses; `*` allows all.', expected: 'a comma-separated list of host names',
  },
  allowPrivateValidatorHosts: {
    name: 'CAPSTAN_ALLOW_PRIVATE_VALIDATOR_HOSTS', secret: false, default: '', defaultMeans: 'none', parse: list,
    meaning: 'Comma-separated hosts of validators that may have loopback or private addresses, and that may be asked by http; `*` allows all. Link-local addresses and those of cloud metadata are never asked.', expected: 'a comma-separated list of host names',
  },
  gitAdapter: {
    name: 'CAPSTAN_GIT', secret: false, default: 'auto', parse: z.enum(['auto', 'system', 'isomorphic']),
    meaning: 'Which Git to use: the system\'s `git`, the built-in one, or the system\'s where there is one.', expected: 'auto, system or isomorphic',
  },
  gitAuthorName: {
    name: 'CAPSTAN_GIT_AUTHOR_NAME', secret: false, default: 'Capstan', parse: z.string().regex(/^[^<>\p{Cc}]{1,100}$/u),
    meaning: 'Author of the commits that the hub writes (reverts and promotions).', expected: 'a name of up to 100 characters, none of them < or >',
  },
  gitAuthorEmail: {
    name: 'CAPSTAN_GIT_AUTHOR_EMAIL', secret: false, default: 'capstan@localhost', parse: z.string().regex(/^[^\s<>\p{Cc}]{1,200}$/u),
    meaning: 'Their address; many Git hosts link an account by it.', expected: 'an address without spaces',
  },
  certificateTtlMs: {
    name: 'CAPSTAN_CERTIFICATE_TTL', secret: false, default: '24h', parse: duration.pipe(z.number().min(10_000).max(86_400_000)),
    meaning: 'Life of an agent\'s certificate; it is renewed at 50 to 66 % of it.', expected: 'a duration from 10s to 24h',
  },
  historyRetentionMs: {
    name: 'CAPSTAN_HISTORY_RETENTION', secret: false, default: '400d', parse: days.pipe(z.number().min(SHORTEST_HISTORY_DAYS * 86_400_000)),
    meaning: 'How long what happened to targets is kept at least; it goes a whole month at a time. What ran where can be asked for any moment that is kept.', expected: `a number of days, ${SHORTEST_HISTORY_DAYS}d or more`,
  },
  otlpEndpoint: {
    name: 'CAPSTAN_OTLP_ENDPOINT', secret: false, default: undefined, parse: z.string().refine(isPlainHttp).transform((value) => new URL(value)).optional(),
    meaning: 'Collector of traces that takes OTLP over HTTP, often at port 4318. Spans are sent there, as JSON; without one they are not made.',
    expected: 'the http(s) address before `/v1/traces`, without user and password',
  },
  logLevel: { name: 'CAPSTAN_LOG_LEVEL', secret: false, default: 'info', parse: z.enum(LOG_LEVELS), meaning: 'Least level that is logged.', expected: LOG_LEVELS.join(', ') },
  shutdownTimeoutMs: { name: 'CAPSTAN_SHUTDOWN_TIMEOUT', secret: false, default: '20s', parse: duration, meaning: 'Longest orderly shutdown.', expected: DURATION },
  failpoint: {
    name: 'CAPSTAN_FAILPOINT', secret: false, default: undefined,
    parse: z.string().regex(/^[a-z.-]+(:\d{1,6})?$/).transform((spec) => ({ name: spec.split(':')[0] ?? '', hit: Number(spec.split(':')[1] ?? 1) })).optional(),
    meaning: 'For tests: the place at which the process kills itself, and at which hit.', expected: '<name> or <name>:<hit>',
  },
  isFailpointEnabled: {
    name: 'CAPSTAN_ENABLE_FAILPOINTS', secret: false, default: '0', parse: z.enum(['0', '1']).transform((flag) => flag === '1'),
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
export function readHubConfig(environment: Environment = process.env): HubConfig {
  const config: HubConfig = {
    databaseUrl: read(SETTINGS.databaseUrl, environment),
    migrateDatabaseUrl: read(SETTINGS.migrateDatabaseUrl, environment),
    databasePoolSize: read(SETTINGS.databasePoolSize, environment),
    statementTimeoutMs: read(SETTINGS.statementTimeoutMs, environment),
    lockTimeoutMs: read(SETTINGS.lockTimeoutMs, environment),
    idleInTransactionTimeoutMs: read(SETTINGS.idleInTransactionTimeoutMs, environment),
    dataDir: read(SETTINGS.dataDir, environment),
    masterKeyFile: read(SETTINGS.masterKeyFile, environment),
    signingKeyFile: read(SETTINGS.signingKeyFile, environment),
    publicHost: read(SETTINGS.publicHost, environment),
    listenHost: read(SETTINGS.listenHost, environment),
    httpPort: read(SETTINGS.httpPort, environment),
    agentPort: read(SETTINGS.agentPort, environment),
    enrollPort: read(SETTINGS.enrollPort, environment),
    adminToken: read(SETTINGS.adminToken, environment),
    roles: read(SETTINGS.roles, environment),
    allowPrivateGitHosts: read(SETTINGS.allowPrivateGitHosts, environment),
    allowPrivateValidatorHosts: read(SETTINGS.allowPrivateValidatorHosts, environment),
    gitAdapter: read(SETTINGS.gitAdapter, environment),
    gitAuthorName: read(SETTINGS.gitAuthorName, environment),
    gitAuthorEmail: read(SETTINGS.gitAuthorEmail, environment),
    certificateTtlMs: read(SETTINGS.certificateTtlMs, environment),
    historyRetentionMs: read(SETTINGS.historyRetentionMs, environment),
    otlpEndpoint: read(SETTINGS.otlpEndpoint, environment),
    logLevel: read(SETTINGS.logLevel, environment),
    shutdownTimeoutMs: read(SETTINGS.shutdownTimeoutMs, environment),
    failpoint: read(SETTINGS.failpoint, environment),
    isFailpointEnabled: read(SETTINGS.isFailpointEnabled, environment),
  };
  requireTogether(config);
  return Object.freeze(config);
}

function read<T>(setting: Setting<T>, environment: Environment): T {
  const given = textOf(setting, environment);
  const parsed = setting.parse.safeParse(given ?? setting.default);
  if (parsed.success) return parsed.data;
  const shown = setting.secret || given === undefined ? '' : `, not ${JSON.stringify(given.slice(0, 80))}`;
  throw new ConfigError(setting.name, `must be ${setting.expected}${shown}. ${setting.meaning}`);
}

/** An empty variable counts as unset: that is what a template with an unset value leaves behind. */
function textOf(setting: Setting<unknown>, environment: Environment): string | undefined {
  const file = setting.secret ? environment[`${setting.name}_FILE`] : undefined;
  if (file === undefined || file === '') return environment[setting.name] === '' ? undefined : environment[setting.name];
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    const reason = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unreadable';
    throw new ConfigError(`${setting.name}_FILE`, `cannot read ${file} (${reason}); give the path of a file that holds ${setting.expected}`);
  }
}

function requireTogether(config: HubConfig): void {
  if (config.databaseUrl === undefined) {
    if (config.migrateDatabaseUrl !== undefined) throw new ConfigError('DATABASE_URL', 'must be set when CAPSTAN_MIGRATE_DATABASE_URL is: both name the same database');
    return;
  }
  if (config.masterKeyFile === undefined) {
    throw new ConfigError('CAPSTAN_MASTER_KEY_FILE', 'is required with DATABASE_URL, since every replica needs the same key. Make one with: openssl rand -base64 32 > master.key');
  }
  if (config.signingKeyFile === undefined && config.roles.includes('planner')) {
    throw new ConfigError('CAPSTAN_SIGNING_KEY_FILE', 'is required with DATABASE_URL in the role planner. Make one with: openssl genpkey -algorithm ed25519 -out signing.pem');
  }
}
