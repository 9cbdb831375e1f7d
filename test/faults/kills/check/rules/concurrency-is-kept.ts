import type { Assignment } from '../assignments.js';
import type { Case } from '../kill-rule.js';

const ANSWERED: ReadonlySet<string> = new Set(['HEALTHY', 'FAILED', 'SKIPPED', 'REVERTED', 'REVERT_FAILED']);
/** What an agent says when it is done, one way or the other. */
const AT_WORK: ReadonlySet<string> = new Set(['PENDING', 'APPLYING']);

interface Step {
  readonly at: number;
  readonly key: string;
  readonly isStart: boolean;
}

/** Never more targets of a stage move at once than it allows: by the marks of the hub, and by what the agents have taken and answered. */
export function concurrencyIsKept(given: Case): readonly string[] {
  const { evidence, names, assignments } = given;
  const limits = new Map(evidence.stages.map(({ rollout, name, maxConcurrency }) => [`${rollout} ${name}`, maxConcurrency]));
  return [...Map.groupBy(assignments.filter(({ way }) => way === 'forward'), ({ rollout, row }) => `${rollout.id} ${row.stage}`)].flatMap(([stage, orders]) => {
    const limit = limits.get(stage);
    if (limit === undefined) return [];
    const [first] = orders;
    const where = first === undefined ? stage : `stage ${first.row.stage} of ${names.rollout(first.rollout.id)}`;
    const witnesses = { 'the database': mostAtOnce(byHub(given, orders)), 'the agents': mostAtOnce(byAgents(given, orders)) };
    return Object.entries(witnesses).filter(([, most]) => most > limit).map(([witness, most]) => `${most} targets of ${where} moved at once by ${witness}; it allows ${limit}`);
  });
}

const keyOf = ({ target, generation }: { readonly target: string; readonly generation: number }): string => `${target} ${generation}`;

function byHub({ evidence }: Case, orders: readonly Assignment[]): readonly Step[] {
  const mine = new Set(orders.map(({ transition }) => keyOf(transition)));
  const ends = evidence.transitions.filter((one) => one.kind === 'ROLLOUT' && ANSWERED.has(one.message ?? '') && mine.has(keyOf(one))).map((one) => ({ at: one.at, key: keyOf(one), isStart: false }));
  return [...orders.map(({ transition }) => ({ at: transition.at, key: keyOf(transition), isStart: true })), ...ends];
}

/** Of the orders that were answered: whoever was skipped goes on by itself, and nobody waits for it. */
function byAgents({ evidence }: Case, orders: readonly Assignment[]): readonly Step[] {
  const answered = new Set(evidence.transitions.filter((one) => one.kind === 'ROLLOUT' && (one.message === 'HEALTHY' || one.message === 'FAILED')).map(keyOf));
  const mine = new Set(orders.map(({ transition }) => keyOf(transition)).filter((key) => answered.has(key)));
  const starts = evidence.taken.filter((one) => mine.has(keyOf(one))).map((one) => ({ at: one.at, key: keyOf(one), isStart: true }));
  const ends = evidence.answers.filter((one) => mine.has(keyOf(one)) && !AT_WORK.has(one.sync) && one.health !== 'PROGRESSING').map((one) => ({ at: one.at, key: keyOf(one), isStart: false }));
  return [...starts, ...ends];
}

/** Ends come before starts of the same moment. */
function mostAtOnce(steps: readonly Step[]): number {
  const moving = new Set<string>();
  let most = 0;
  for (const { key, isStart } of steps.toSorted((a, b) => a.at - b.at || Number(a.isStart) - Number(b.isStart))) {
    if (!isStart) moving.delete(key);
    else moving.add(key);
    most = Math.max(most, moving.size);
  }
  return most;
}
