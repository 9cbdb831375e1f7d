import { formatGlobalId } from '#domain';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Dice } from '../../plan/dice.js';
import type { People } from '../../run/people.js';
import { APPLICATIONS, filesOf, PATH, type FleetApplication } from '../plan/fleet.js';
import { planAct, type Act } from '../plan/plan-act.js';
import type { KillStage } from '../stage/kill-stage.js';
import type { FleetCommit } from '../check/kill-evidence.js';
import { newestRollout, waitingGates, type RolloutSight } from './rollout-sight.js';

/** What a person may meet who does not know how far the hub has come. */
const RACES = ['ROLLOUT_OVER', 'ROLLOUT_NOT_READY', 'ROLLOUT_NOT_FOUND', 'GATE_NOT_FOUND', 'NOTHING_TO_PROMOTE', 'NOTHING_HELD', 'NOTHING_TO_ROLL_BACK_TO', 'RELEASE_OUT_OF_REACH', 'TARGET_NOT_FOUND'];
const OVER = ['SUCCEEDED', 'FAILED', 'ROLLED_BACK', 'SUPERSEDED', 'ABORTED', 'HALTED'];
const LOOK_MS = 300;
const POLL = '2s';
const REASON = 'the story wants it';

/** People at work on the applications, each on one of them, and one who approves. They go on whatever becomes of the hub. */
export class Story {
  readonly commits: FleetCommit[] = [];

  constructor(
    private readonly stage: KillStage,
    private readonly people: People,
    private readonly seed: number,
    private readonly dice: Dice,
  ) {}

  /** A repository of each application with its first release, and the applications. */
  async open(): Promise<void> {
    for (const application of APPLICATIONS) {
      const { name, selector, strategy } = application;
      await this.commit(application, false);
      await this.people.ask('createRepository', name, { project: 'default', name, url: this.stage.repository(name).url, poll: POLL });
      const spec = {
        source: { repository: name, ref: 'main', path: PATH, renderer: 'AUTO' }, substitute: true, parameters: { flaw: '{{ cluster.labels.flaw }}' }, selector, namespace: name, ...(strategy === undefined ? {} : { strategy }),
      };
      await this.people.ask('createApplication', name, { project: 'default', name, spec });
    }
  }

  /** Until told to stop; whoever is in the middle of something ends it. */
  async tell(over: AbortSignal): Promise<void> {
    await Promise.all(APPLICATIONS.map((application) => this.workOn(application, over)));
  }

  /** Somebody says yes to every gate, sooner or later. */
  async approve(over: AbortSignal): Promise<void> {
    const said = new Set<string>(); // a second yes to the same gate changes nothing, and is written nowhere
    while (!over.aborted) {
      for (const gate of await waitingGates(this.stage)) {
        const name = `${gate.rollout} ${gate.stage} ${gate.gate}`;
        if (said.has(name) || !this.dice.chance(0.3)) continue;
        said.add(name);
        await this.people.ask('approveGate', '', { rollout: formatGlobalId('Rollout', gate.rollout), stage: gate.stage, gate: gate.gate, comment: REASON }, RACES);
      }
      await sleep(LOOK_MS);
    }
  }

  async commit(application: FleetApplication, isFlawed: boolean): Promise<FleetCommit> {
    const number = this.commits.length + 1;
    const id = await this.stage.repository(application.name).commit(filesOf(number, isFlawed), `${application.name} ${number}`);
    const commit: FleetCommit = { application: application.name, id, number, isFlawed, at: Date.now() };
    this.commits.push(commit);
    return commit;
  }

  async control(name: 'pauseRollout' | 'resumeRollout' | 'retryRollout' | 'abortRollout' | 'promoteStage', application: FleetApplication, rollout: RolloutSight): Promise<void> {
    await this.people.ask(name, application.name, { rollout: formatGlobalId('Rollout', rollout.id), reason: REASON }, RACES);
  }

  async liftHold(application: FleetApplication): Promise<void> {
    await this.people.ask('liftHold', application.name, { application: application.name, reason: REASON }, RACES);
  }

  private async workOn(application: FleetApplication, over: AbortSignal): Promise<void> {
    const first = this.commits.find((commit) => commit.application === application.name);
    // The first release comes to all, unless somebody has no patience with it: whoever goes back must have somewhere to go.
    const start = planAct(this.seed, application, 0);
    if (start.kind === 'release') await this.untilOver(application, (rollout) => rollout.commit === first?.id, start.patienceMs, over);
    for (let nth = 1; !over.aborted; nth += 1) {
      await this.perform(application, planAct(this.seed, application, nth), over);
      await rest(500, over);
    }
  }

  private async perform(application: FleetApplication, act: Act, over: AbortSignal): Promise<void> {
    if (act.kind === 'release') {
      const { id } = await this.commit(application, act.isFlawed);
      const ended = await this.untilOver(application, (rollout) => rollout.commit === id, act.patienceMs, over);
      if (ended?.state === 'ROLLED_BACK' || ended === undefined) await this.liftHold(application);
      return;
    }
    if (act.kind === 'rollback') {
      const [cluster] = act.onOneCluster ? this.stage.clusters.slice(this.dice.between(0, this.stage.clusters.length - 1)) : [];
      const scope = cluster === undefined ? {} : { cluster: cluster.name };
      await this.people.ask('rollback', application.name, { application: application.name, ...scope, reason: REASON }, RACES);
      await this.untilOver(application, (rollout) => rollout.cause === 'ROLLBACK', act.patienceMs, over);
      return this.liftHold(application);
    }
    const rollout = await newestRollout(this.stage, application.name);
    if (rollout === undefined || OVER.slice(0, -1).includes(rollout.state)) return;
    switch (act.kind) {
      case 'pause':
        await this.control('pauseRollout', application, rollout);
        await rest(act.forMs, over);
        return this.control('resumeRollout', application, rollout);
      case 'retry': return this.control('retryRollout', application, rollout);
      case 'abort': return this.control('abortRollout', application, rollout);
      case 'promote': return this.control('promoteStage', application, rollout);
    }
  }

  private async untilOver(application: FleetApplication, isMeant: (rollout: RolloutSight) => boolean, patienceMs: number, over: AbortSignal): Promise<RolloutSight | undefined> {
    const end = performance.now() + patienceMs;
    while (!over.aborted && performance.now() < end) {
      const rollout = await newestRollout(this.stage, application.name);
      if (rollout !== undefined && isMeant(rollout) && OVER.includes(rollout.state)) return rollout;
      await sleep(LOOK_MS);
    }
    return undefined;
  }
}

async function rest(ms: number, over: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal: over }).catch(() => undefined); // the story is over
}
