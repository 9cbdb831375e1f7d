import { err, errorMessage, ok, type Result } from '#kernel';
import { parseArgs } from 'node:util';
import { MAX_CLUSTERS } from './cast/fleet.js';

export interface DemoOptions {
  /** Exit after the story, with 0 only if every step happened as told. */
  readonly once: boolean;
  readonly help: boolean;
  readonly kubernetes: 'sandbox' | 'real' | 'own';
  readonly clusters: number;
  /** Of `own`: contexts of the kubeconfig, one cluster each. */
  readonly contexts: readonly string[];
  readonly kubeconfig: string | undefined;
  /** Nobody is asked. */
  readonly yes: boolean;
  /** Only take away what an interrupted demo left on the contexts. */
  readonly remove: boolean;
}

export const USAGE = `npm run demo [-- OPTIONS]

Starts PostgreSQL, a Git server, a hub and clusters with an agent each, tells the story of a commit, checks every step of
it, and stays up for you to play with. Ctrl-C ends everything.

  --kubernetes sandbox   five clusters, in-memory Kubernetes APIs (default; ready at once)
  --kubernetes real      five real control planes: kube-apiserver, controller manager, scheduler; kwok plays the nodes.
                         At the end the audit log of each API server is checked. The programs are built once (a quarter
                         of an hour, needs Go); five clusters take about 4 GB of memory.
  --clusters N           only so many clusters, 1 to ${MAX_CLUSTERS}

  --context NAME         your own cluster, by a context of your kubeconfig; give it once for each, up to ${MAX_CLUSTERS}. Says what it
                         will install and asks first. Everything is in namespaces of its own and goes in the end.
  --kubeconfig FILE      instead of KUBECONFIG or ~/.kube/config
  --yes                  do not ask (needed where there is no terminal)
  --remove               with --context: only take away what an interrupted demo left there

  --once                 exit after the story; non-zero if any step did not happen as told

Exit codes: 0 as told, 1 not as told, 2 wrong command line, 130 interrupted.
`;

/** The options, or what is wrong with them. */
export function readOptions(argv: readonly string[]): Result<DemoOptions, string> {
  const parsed = parse(argv);
  if (!parsed.ok) return parsed;
  const { help, once, yes, remove, kubernetes, clusters, context = [], kubeconfig } = parsed.value;
  if (kubernetes !== undefined && kubernetes !== 'sandbox' && kubernetes !== 'real') return err(`--kubernetes ${kubernetes}: it is sandbox or real. For your own clusters: --context NAME`);
  const own = context.length > 0;
  if (own && (kubernetes !== undefined || clusters !== undefined)) return err(`--context names your own clusters: it does not go with --${kubernetes === undefined ? 'clusters' : 'kubernetes'}`);
  if (!own && (remove || yes || kubeconfig !== undefined)) return err(`--${remove ? 'remove' : yes ? 'yes' : 'kubeconfig'} goes with --context NAME`);
  const doubled = context.find((name, index) => context.indexOf(name) !== index);
  if (doubled !== undefined) return err(`--context ${doubled} is given twice`);
  const count = own ? context.length : Number(clusters ?? MAX_CLUSTERS);
  if (!Number.isInteger(count) || count < 1 || count > MAX_CLUSTERS) return err(own ? `${count} contexts: the demo has parts for ${MAX_CLUSTERS}` : `--clusters ${String(clusters)}: it is a number from 1 to ${MAX_CLUSTERS}`);
  return ok({ help, once, yes, remove, kubernetes: own ? 'own' : (kubernetes ?? 'sandbox'), clusters: count, contexts: context, kubeconfig });
}

function parse(argv: readonly string[]): Result<ReturnType<typeof parseWords>, string> {
  try {
    return ok(parseWords(argv));
  } catch (error) {
    return err(errorMessage(error));
  }
}

function parseWords(argv: readonly string[]) {
  const flag = { type: 'boolean', default: false } as const;
  const text = { type: 'string' } as const;
  const options = { once: flag, yes: flag, remove: flag, help: { ...flag, short: 'h' }, kubernetes: text, clusters: text, kubeconfig: text, context: { ...text, multiple: true } } as const;
  return parseArgs({ args: [...argv], options }).values;
}
