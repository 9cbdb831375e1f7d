import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '#testing';
import type { Evidence } from '../check/evidence.js';
import { expectedEnd, FIRST_TIER } from '../model/expected-end.js';
import { CLUSTERS, HUBS, type Action, type Fault, type Schedule } from '../plan/schedule.js';
import type { FaultStage } from '../stage/fault-stage.js';
import { awaitConvergence } from './await-convergence.js';
import { collectEvidence } from './collect-evidence.js';
import { Journal } from './journal.js';
import { observe } from './observe.js';
import { People } from './people.js';
import { create, matchLabel, performAction, tierLabel, type Actors } from './perform-action.js';
import { bringFault } from './weather.js';

const START_MS = 60_000;
const GONE_MS = 90_000;
const POLL = '1s';

/** Runs one schedule from a clear sky to a clear sky, and gives what the checker judges by. The stage is as before afterwards, but for namespaces and history. */
export async function runSchedule(stage: FaultStage, schedule: Schedule): Promise<Evidence> {
  const actors: Actors = { stage, schedule, people: new People(stage.apiPort, stage.token, `s${schedule.seed}`), journal: new Journal(stage) };
  for (const cluster of stage.clusters.values()) cluster.mark();
  const startedAt = Date.now();
  await setUp(actors);
  const endings = (): number => HUBS.reduce((sum, name) => sum + stage.process(name).endings, 0);
  const endingsBefore = endings();
  const calmAt = await storm(actors);
  const convergence = await awaitConvergence(actors);
  const mutations = convergence.convergedAt === undefined ? [...actors.people.mutations] : await actors.people.askAgain();
  const evidence: Evidence = {
    schedule, startedAt, calmAt, ...convergence, mutations, commits: actors.journal.commits, endedAt: Date.now(),
    hubStarts: endings() - endingsBefore + schedule.steps.filter((step) => 'fault' in step && killsHub(step.fault)).length,
    ...(await collectEvidence(stage, schedule.applications.map(({ name }) => name), startedAt)),
  };
  await clear(actors);
  return evidence;
}

function killsHub(fault: Fault): boolean {
  return fault.kind === 'kill' && HUBS.some((name) => name === fault.process);
}

/** Everything that is there before the first fault, in sync. */
async function setUp(actors: Actors): Promise<void> {
  const { stage, schedule, people, journal } = actors;
  const names = schedule.applications.map(({ name }) => name);
  for (const cluster of CLUSTERS) await people.ask('labelCluster', '', { name: cluster, set: Object.fromEntries(names.flatMap((name) => [[matchLabel(name), 'yes'], [tierLabel(name), FIRST_TIER]])) });
  for (const { name, first } of schedule.applications) {
    const repository = await journal.open(name, first);
    await people.ask('createRepository', name, { project: 'default', name, url: repository.url, poll: POLL });
  }
  const early = schedule.applications.filter(({ createdAtMs }) => createdAtMs === undefined);
  for (const { name } of early) await create(actors, name);
  let last: readonly string[] = [];
  await until(`the applications of schedule ${schedule.seed} are in sync before the weather`, START_MS, async () => {
    last = (await Promise.all(expectedEnd({ ...schedule, applications: early, steps: [] }).map((expected) => observe(stage, expected, journal.commits)))).flatMap(({ missing }) => missing);
    return last.length === 0 ? true : undefined;
  }, () => last.join('; '));
}

/** Faults and actions at their times; actions on one application one after another. Resolves with the moment from which nothing disturbs any more. */
async function storm(actors: Actors): Promise<number> {
  const { stage, schedule } = actors;
  const beganAt = performance.now();
  const at = (ms: number): Promise<void> => sleep(Math.max(0, beganAt + ms - performance.now()));
  const lanes = new Map<string, Promise<void>>();
  const faults: Promise<number>[] = [];
  for (const { atMs, ...step } of schedule.steps) {
    if ('fault' in step) faults.push(at(atMs).then(() => bringFault(stage, step.fault)));
    else lanes.set(laneOf(step.action), (lanes.get(laneOf(step.action)) ?? Promise.resolve()).then(() => at(atMs)).then(() => performAction(actors, step.action)));
  }
  const acting = Promise.allSettled(lanes.values());
  const ends = await Promise.all(faults); // whatever people meet, the sky clears first
  for (const lane of await acting) if (lane.status === 'rejected') throw lane.reason;
  return Math.max(...ends, ...actors.people.mutations.map(({ answeredAt }) => answeredAt), ...actors.journal.commits.map((commit) => commit.at));
}

/** What goes over the network waits for its answer; a push or an edit by hand waits for nobody. */
function laneOf(action: Action): string {
  const isLocal = action.kind === 'commit' || action.kind === 'rewrite' || action.kind === 'hand-edit' || action.kind === 'hand-delete';
  return `${action.application}/${isLocal ? 'local' : 'api'}`;
}

async function clear({ stage, schedule, people }: Actors): Promise<void> {
  const names = schedule.applications.map(({ name }) => name);
  for (const name of names) await people.ask('deleteApplication', name, { project: 'default', name, mode: 'DELETE' }, ['APPLICATION_NOT_FOUND', 'APPLICATION_DELETING']);
  await until(`the applications of schedule ${schedule.seed} are gone`, GONE_MS, async () => {
    const left = await stage.postgres.query(`SELECT 1 FROM applications WHERE name = ANY($1) AND state <> 'DELETED'`, [names]);
    return left.length === 0 ? true : undefined;
  });
  for (const name of names) await people.ask('deleteRepository', name, { project: 'default', name }, ['REPOSITORY_NOT_FOUND']);
  for (const cluster of CLUSTERS) await people.ask('labelCluster', '', { name: cluster, remove: names.flatMap((name) => [matchLabel(name), tierLabel(name)]) });
}
