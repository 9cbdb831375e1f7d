import type { Ids } from '#kernel';
import { parseTargetName, type TestRun } from '#domain';
import { Inject } from '@nestjs/common';
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { ApiError, CurrentViewer, RequirePermission, userError, viewerCan, type Viewer } from '../../platform/api/index.js';
import { IDS } from '../../platform/tokens.js';
import { AGENT_OBJECTS, type AgentObjects } from './agent-objects.js';
import { AgentQuestions } from './agent-questions.js';
import { NoteTestRun } from './note-test-run.js';
import { TargetArgs } from './target-args.graphql.js';
import type { TargetView } from './target-view.js';
import { RunTestsInput, RunTestsPayload, TestRunType, toTestRunType } from './test-run.graphql.js';

const DEADLINE_MS = 15_000;
/** Within the transaction of the mutation, which may not be idle for ten seconds. */
const BEGIN_MS = 8_000;
/** Runs that may begin at once: each holds a connection to the database until its agent has answered. */
const MAX_BEGINNING = 4;

@Resolver(() => TestRunType)
export class TestRunResolver {
  #beginning = 0;

  constructor(
    @Inject(AgentQuestions) private readonly questions: AgentQuestions,
    @Inject(AGENT_OBJECTS) private readonly agents: AgentObjects,
    @Inject(NoteTestRun) private readonly note: NoteTestRun,
    @Inject(IDS) private readonly ids: Ids,
  ) {}

  @Mutation(() => RunTestsPayload, { description: 'Runs the tests of the release that a target has applied; `testRun` tells how they stand.' })
  @RequirePermission('target:test')
  async runTests(@CurrentViewer() viewer: Viewer, @Args('input', { description: 'What to test.' }) input: RunTestsInput): Promise<RunTestsPayload> {
    const name = parseTargetName(input.target);
    const target = name && (await this.questions.target(viewer, name));
    if (target === undefined) return { testRun: null, userErrors: [userError('TARGET_NOT_FOUND', ['target'], 'No such target.', 'See which there are: capstan get targets')] };
    const start = this.ids.uuid();
    await this.note.execute(viewer, target, 'runTests', start);
    const run = await this.#begin(target, start);
    if (run.ok) return { testRun: toTestRunType(run.value, false), userErrors: [] };
    if (run.error.code === 'REFUSED') return { testRun: null, userErrors: [userError('TESTS_REFUSED', ['target'], `The agent refused: ${run.error.message ?? ''}.`)] };
    throw await this.questions.explain(viewer, target, run.error);
  }

  @Query(() => TestRunType, { nullable: true, description: 'Asks the agent how the last run of a target\'s tests stands; null for none, and for "no such target, or not yours".' })
  @RequirePermission('target:test')
  async testRun(@CurrentViewer() viewer: Viewer, @Args() args: TargetArgs): Promise<TestRunType | null> {
    const target = await this.questions.target(viewer, args);
    if (target === undefined) return null;
    const run = await this.questions.within(DEADLINE_MS, (signal) => this.agents.tests(target.cluster, { target: target.id, start: undefined }, signal));
    if (run.ok) return toTestRunType(run.value, await this.#mayTellLogs(viewer, target, run.value));
    if (run.error.code === 'NOT_FOUND') return null;
    throw await this.questions.explain(viewer, target, run.error);
  }

  async #begin({ cluster, id }: TargetView, start: string): ReturnType<AgentObjects['tests']> {
    if (this.#beginning >= MAX_BEGINNING) throw new ApiError('UNAVAILABLE', 'Other tests are about to begin: try again in a moment.', true);
    this.#beginning += 1;
    try {
      return await this.questions.within(BEGIN_MS, (signal) => this.agents.tests(cluster, { target: id, start }, signal));
    } finally {
      this.#beginning -= 1;
    }
  }

  /** At the end of a run alone: who asks again and again while it goes on is not written down each time. */
  async #mayTellLogs(viewer: Viewer, target: TargetView, { id, state, tests }: TestRun): Promise<boolean> {
    if (state === 'RUNNING' || !viewerCan(viewer, 'target:logs')) return false;
    if (tests.some(({ log }) => log !== '')) await this.note.execute(viewer, target, 'testLogs', id);
    return true;
  }
}
