import { Command } from 'commander';
import { usage } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { withNearNames, type TypedNames } from './near-names.js';
import { paste } from '../output/paste.js';
import { plural } from '../output/plural.js';
import { printable } from '../output/printable.js';
import { sayOutOfReach } from './say-out-of-reach.js';

const ROLLBACK = `mutation Rollback($input: RollbackInput!) { rollback(input: $input) { staying waitingForGit rollouts { number state release { number commit } gitWrite { branch newBranch } } userErrors { code field message hint details } } }`;
const LIFT = `mutation Lift($input: LiftHoldInput!) { liftHold(input: $input) { targets { name } userErrors { code field message hint details } } }`;

const EXAMPLES = `
Examples:
  capstan rollback shop --reason 'checkout is broken'           every target to what it was well with before
  capstan rollback shop --to 41 --reason 'checkout is broken'   to release 41: capstan history shop shows them
  capstan rollback shop@eu-1 --reason 'eu-1 only'               one target; --stage europe for a stage
  capstan hold lift shop --reason 'fixed'                       let it follow its branch again`;

interface ScopeOptions {
  readonly project: string;
  readonly cluster?: string;
  readonly all?: boolean;
  readonly reason: string;
}
interface RollbackOptions extends ScopeOptions {
  readonly stage?: string;
  readonly to?: string;
  readonly revert?: boolean;
  readonly branch?: boolean;
  readonly waitForGit?: boolean;
}
interface RolledBack {
  readonly number: number;
  readonly release: { readonly number: number; readonly commit: string };
  readonly gitWrite: { readonly branch: string; readonly newBranch: string | null } | null;
}

/** `capstan rollback [APP[@CLUSTER]]`: back to what each target was well with, or to one release; held there. With `--revert` the branch follows. */
export function rollbackCommand(context: CommandContext): Command {
  return scoped(new Command('rollback').description('send targets back to a release that they have run, at once, and hold them there'))
    .option('--stage <name>', 'of this stage of the newest rollout only')
    .option('--to <release>', 'number of a release that all of them have run; each to what it was well with before if left out')
    .option('--revert', 'also put the files of that release back on the branch, by a commit of the hub')
    .option('--branch', 'with --revert: on a branch of its own, for a pull request')
    .addHelpText('after', EXAMPLES)
    .option('--wait-for-git', 'also while a repository cannot be read and an agent does not keep the release: the target goes back when it can')
    .action(async (text: string | undefined, options: RollbackOptions) => {
      if (options.branch === true && options.revert !== true) throw usage('--branch says how Git follows', 'Add --revert.');
      if (options.to !== undefined && !/^\d{1,9}$/.test(options.to)) throw usage(`not the number of a release: ${options.to}`, `capstan get releases -a ${nameIn(text) ?? 'APP'} shows them.`);
      type Payload = { readonly staying: readonly string[]; readonly waitingForGit: readonly string[]; readonly rollouts: readonly RolledBack[] };
      const input = { ...scopeOf(text, options), stage: options.stage ?? null, release: options.to === undefined ? null : Number(options.to), waitForGit: options.waitForGit ?? false, ...revertOf(options) };
      const { rollouts, staying, waitingForGit } = await withNearNames(context, namesOf(input), sayOutOfReach(context.hub.mutate<Payload>(ROLLBACK, 'rollback', input, context.signal), options));
      for (const { number, release, gitWrite } of rollouts) {
        context.out(`rollout ${number} goes back to release ${release.number} at ${release.commit.slice(0, 12)}; held there until: ${liftOf(input)}\n`);
        if (gitWrite !== null) context.out(printable(`  a commit on ${gitWrite.newBranch ?? gitWrite.branch} follows; see: ${paste('get git-writes -a', [input.application ?? 'APP'], { project: input.project })}\n`));
      }
      if (staying.length > 0) context.err(printable(`${plural(staying.length, 'target')} stay, never well with anything else: ${someOf(staying)}\n`));
      if (waitingForGit.length > 0) context.err(printable(`${plural(waitingForGit.length, 'target')} held, and waiting for Git: ${someOf(waitingForGit)}\n`));
    });
}

function someOf(targets: readonly string[]): string {
  return `${targets.slice(0, 10).join(', ')}${targets.length > 10 ? ', ...' : ''}`;
}

function revertOf({ revert, branch }: RollbackOptions): Readonly<Record<string, unknown>> {
  return revert === true ? { mode: 'REVERT', revert: { as: branch === true ? 'BRANCH' : 'COMMIT' } } : {};
}

/** `capstan hold lift [APP[@CLUSTER]]`: targets follow their application again. */
export function holdCommand(context: CommandContext): Command {
  const lift = scoped(new Command('lift').description('let held targets follow their application again')).action(async (text: string | undefined, options: ScopeOptions) => {
    const scope = scopeOf(text, options);
    const { targets } = await withNearNames(context, namesOf(scope), context.hub.mutate<{ readonly targets: readonly { readonly name: string }[] }>(LIFT, 'liftHold', { ...scope }, context.signal));
    for (const { name } of targets) context.out(`target/${name} is held no longer\n`);
  });
  return new Command('hold').description('targets that keep their release after a rollback').addCommand(lift);
}

/** The command that undoes the hold of just this scope; of a stage that of its application. */
function liftOf({ application, cluster, all, project }: Scope): string {
  const scope = application === null ? [...(cluster === null ? [] : ['--cluster', cluster]), ...(all ? ['--all'] : [])] : [cluster === null ? application : `${application}@${cluster}`];
  return printable(paste('hold lift', scope, { project }, 'reason'));
}

function nameIn(text: string | undefined): string | undefined {
  return text?.replace(/^(app|apps|application|target|targets)\//, '').split('@')[0] || undefined;
}

function scoped(command: Command): Command {
  return command
    .argument('[app]', 'APP or APP@CLUSTER')
    .requiredOption('--reason <text>', 'why, for the record (required)')
    .option('--cluster <name>', 'on this cluster only')
    .option('--all', 'everything in the project')
    .option('-p, --project <name>', 'the project', 'default');
}

interface Scope {
  readonly project: string;
  readonly application: string | null;
  readonly cluster: string | null;
  readonly all: boolean;
  readonly reason: string;
}

function namesOf({ project, application, cluster }: Pick<Scope, 'project' | 'application' | 'cluster'>): TypedNames {
  return { project, application: application ?? undefined, cluster: cluster ?? undefined };
}

function scopeOf(text: string | undefined, { project, cluster, all, reason }: ScopeOptions): Scope {
  const [application, onCluster, ...more] = (text ?? '').replace(/^(app|apps|application|target|targets)\//, '').split('@');
  if (more.length > 0 || (onCluster !== undefined && cluster !== undefined)) throw usage(`not an app or a target: ${text ?? ''}`, 'Write APP, or APP@CLUSTER.');
  return { project, application: application === '' || application === undefined ? null : application, cluster: onCluster ?? cluster ?? null, all: all ?? false, reason };
}
