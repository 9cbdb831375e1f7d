import { formatAge } from './format-age.js';
import { formatTable } from './format-table.js';
import { commandsFor, type Hurdle } from './hurdle.js';
import { inCommands } from './in-commands.js';
import type { Whose } from './paste.js';
import { plural } from './plural.js';
import { printable } from './printable.js';

export interface RolloutStage {
  readonly name: string;
  readonly state: string;
  readonly openedAt: string | null;
  readonly closedAt: string | null;
  readonly counts: { readonly pending: number; readonly moving: number; readonly healthy: number; readonly failed: number; readonly skipped: number; readonly offline: number; readonly reverting: number; readonly reverted: number; readonly revertFailed: number };
  readonly gates: readonly { readonly name: string; readonly side: string; readonly state: string; readonly approvals: readonly { readonly by: string }[]; readonly checks: readonly RolloutCheck[] }[];
}

/** What a check of a gate has come to; cluster null: the hub asked. */
export interface RolloutCheck {
  readonly cluster: string | null;
  readonly verdict: string | null;
  readonly message: string;
}

/** A rollout as the API shows it. */
export interface RolloutDetail {
  readonly id: string;
  readonly number: number;
  readonly cause: string;
  readonly state: string;
  readonly reason: string | null;
  readonly createdAt: string;
  readonly release: { readonly number: number; readonly commit: string; readonly subject: string | null };
  readonly hurdles: readonly Hurdle[];
  readonly stages: readonly RolloutStage[];
  readonly targets: readonly { readonly state: string; readonly stage: string; readonly reason: string | null; readonly target: { readonly name: string } }[];
}

const BAR = 20;
const NAMED = 10;
const OVER: ReadonlySet<string> = new Set(['SUCCEEDED', 'FAILED', 'ROLLED_BACK', 'SUPERSEDED', 'ABORTED']);

/** An application, where its name is not all. */
export type ApplicationNames = Required<Pick<Whose, 'application' | 'project'>> & { readonly application: string };

/** A rollout for people: what moves, each stage with its progress and gates, what failed, what it waits for, and the commands that help. Pure. */
export function formatRollout(rollout: RolloutDetail, names: ApplicationNames, now: Date): string {
  const { release } = rollout;
  const { application } = names;
  const head = `rollout ${rollout.number} of app/${application}: ${rollout.state}${rollout.reason === null ? '' : ` (${rollout.reason})`}`;
  const what = `release ${release.number} ${release.commit.slice(0, 12)}${release.subject === null ? '' : ` ${release.subject}`} · ${rollout.cause} · ${formatAge(rollout.createdAt, now)} ago`;
  const stages = formatTable(['stage', 'state', 'progress', '', 'gates'], rollout.stages.map((stage) => [stage.name, stage.state, bar(stage), sayCounts(stage), sayGates(stage)]));
  const failed = rollout.targets.filter(({ state }) => state === 'FAILED' || state === 'REVERT_FAILED');
  const lines = [
    head, what, '', ...stages.trimEnd().split('\n'),
    ...(failed.length === 0 ? [] : ['', ...failed.slice(0, NAMED).map(({ target, state, reason }) => `${target.name} ${state}${reason === null ? '' : `: ${reason}`}`)]),
    ...(failed.length > NAMED ? [`and ${failed.length - NAMED} more`] : []),
    ...sayChecks(rollout),
    ...sayHurdles(rollout, names, now),
  ];
  return lines.map((line) => `${printable(line)}\n`).join('');
}

/** One line that says where it stands: for terminals that cannot redraw, and for logs. Pure. */
export function summarizeRollout({ number, state, stages, hurdles }: RolloutDetail): string {
  const stage = stages.find((one) => one.state === 'OPEN') ?? stages.findLast((one) => one.state === 'CLOSED');
  const where = stage === undefined ? '' : ` · ${stage.name} ${sayCounts(stage)}`;
  return printable(`rollout ${number} ${state}${where}${hurdles[0] === undefined ? '' : ` · ${inCommands(hurdles[0].message)}`}`).replace(/\s+/g, ' ');
}

/** What it waits for; behind it the commands of a person who will not, each once. */
export function sayHurdles({ number: rollout, hurdles }: Pick<RolloutDetail, 'number' | 'hurdles'>, names: ApplicationNames, now: Date): readonly string[] {
  const said = new Set<string>();
  const lines = hurdles.flatMap((hurdle) => {
    const fresh = commandsFor(hurdle, { ...names, rollout }).filter((command) => !said.has(command));
    for (const command of fresh) said.add(command);
    const { message, until } = hurdle;
    return [`waits: ${inCommands(message)}${until === null ? '' : ` Until ${until}${left(until, now)}.`}`, ...fresh.map((command) => `       ${command}`)];
  });
  return lines.length === 0 ? [] : ['', ...lines];
}

/** What checks that have not passed have said last, of gates that have failed, or wait: in a rollout that is over none does. */
function sayChecks({ state: phase, stages }: Pick<RolloutDetail, 'state' | 'stages'>): readonly string[] {
  const open = stages.flatMap(({ name: stage, gates }) => gates.filter(({ state }) => state === 'FAILED' || (state === 'WAITING' && !OVER.has(phase))).flatMap(({ name, checks }) => checks.filter(({ verdict }) => verdict !== 'PASSED').map((check) => ({ gate: `${stage}/${name}`, ...check }))));
  const lines = open.slice(0, NAMED).map(({ gate, cluster, verdict, message }) => `gate ${gate}${cluster === null ? '' : ` ${cluster}`}: ${verdict === null ? 'open' : verdict.toLowerCase()}${message === '' ? '' : `, ${message}`}`);
  return lines.length === 0 ? [] : ['', ...lines, ...(open.length > NAMED ? [`and ${open.length - NAMED} more`] : [])];
}

/** How much time that is from now; nothing when it has come. */
function left(until: string, now: Date): string {
  return Date.parse(until) <= now.getTime() ? '' : ` (${formatAge(now.toISOString(), new Date(until))} left)`;
}

function bar({ counts }: RolloutStage): string {
  const total = sum(counts) - counts.skipped;
  if (total === 0) return '';
  const done = Math.round(((counts.healthy + counts.reverted) / total) * BAR);
  return `[${'#'.repeat(done)}${'.'.repeat(BAR - done)}]`;
}

function sayCounts({ counts }: RolloutStage): string {
  const parts: readonly (readonly [number, string])[] = [
    [counts.failed, 'failed'], [counts.revertFailed, 'could not go back'], [counts.moving, 'moving'], [counts.reverting, 'going back'], [counts.pending, 'to come'], [counts.reverted, 'gone back'],
    [counts.offline, 'away'], [counts.skipped - counts.offline, 'skipped'],
  ];
  const said = parts.filter(([n]) => n > 0).map(([n, word]) => `${n} ${word}`);
  const total = sum(counts);
  return total === 0 ? 'no targets' : [`${counts.healthy}/${plural(total, 'target')} healthy`, ...said].join(', ');
}

function sayGates({ gates }: RolloutStage): string {
  return gates.map(({ name, side, state, approvals }) => `${name} ${state.toLowerCase()}${side === 'BEFORE' ? ' (before)' : ''}${approvals.length === 0 ? '' : ` by ${approvals.map(({ by }) => by).join(', ')}`}`).join('; ');
}

function sum({ pending, moving, healthy, failed, skipped, reverting, reverted, revertFailed }: RolloutStage['counts']): number {
  return pending + moving + healthy + failed + skipped + reverting + reverted + revertFailed;
}
