import { Command } from 'commander';
import { CliError, notFound } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { withNearNames } from './near-names.js';
import { EXIT } from '../exit-codes.js';
import { printable } from '../output/printable.js';
import { parseDuration } from './parse-duration.js';
import { parseTarget, type TargetNames } from './parse-target.js';

interface RunData {
  readonly id: string;
  readonly state: string;
  readonly message: string;
  readonly tests: readonly { readonly object: { readonly kind: string; readonly namespace: string; readonly name: string }; readonly state: string; readonly message: string; readonly log: string | null }[];
}

const RUN = 'id state message tests { object { kind namespace name } state message log }';
const START = `mutation RunTests($input: RunTestsInput!) { runTests(input: $input) { testRun { ${RUN} } userErrors { code field message hint details } } }`;
const LOOK = `query TestRun($project: String, $application: String!, $cluster: String!) { testRun(project: $project, application: $application, cluster: $cluster) { ${RUN} } }`;
const LOOK_MS = 1_000;
/** Looks in a row that may fail: the agent or the hub may be starting anew. */
const PATIENCE = 30;

/** `capstan test TARGET`: runs the tests of the release that is applied, shows what they say, and fails with them. */
export function testCommand(context: CommandContext): Command {
  return new Command('test')
    .description('run the tests of the release that a target has applied, and show what they say')
    .argument('<target>', '[PROJECT/]APP@CLUSTER')
    .option('-p, --project <name>', 'the project', 'default')
    .option('--timeout <duration>', 'stop waiting after this long; the run goes on, each test to its own deadline', '30m')
    .action(async (text: string, { project, timeout }: { readonly project: string; readonly timeout: string }) => {
      const target = parseTarget(text, project);
      const name = `${target.project}/${target.application}@${target.cluster}`;
      const timeoutMs = parseDuration(timeout);
      const { testRun } = await withNearNames(context, target, context.hub.mutate<{ readonly testRun: RunData }>(START, 'runTests', { target: name }, context.signal));
      context.err(`testing ${name}: ${testRun.tests.length} test${testRun.tests.length === 1 ? '' : 's'}\n`);
      const run = await ended(context, target, testRun, timeoutMs);
      for (const { object, state, message, log } of run.tests) {
        context.out(printable(`${state} ${object.kind} ${object.namespace}/${object.name}${message === '' ? '' : `: ${message}`}\n`));
        if (log !== null && log !== '') context.out(`${printable(log).trimEnd().replaceAll(/^/gm, '  ')}\n`);
      }
      if (run.message !== '') context.err(printable(`${run.message}\n`));
      if (run.state !== 'SUCCEEDED') throw new CliError(EXIT.TESTS_FAILED, `tests of ${name} failed`);
    });
}

async function ended(context: CommandContext, target: TargetNames, begun: RunData, timeoutMs: number): Promise<RunData> {
  const deadline = context.monotonic.nowMs() + timeoutMs;
  let misses = 0;
  for (let run = begun; ; ) {
    if (run.state !== 'RUNNING') return run;
    if (context.monotonic.nowMs() >= deadline) throw new CliError(EXIT.WAIT_FAILED, 'the tests are not done', 'the time given with --timeout is over', 'They go on, each to its own deadline.');
    await context.timers.sleep(LOOK_MS, context.signal);
    const looked = await context.hub.query<{ readonly testRun: RunData | null }>(LOOK, { ...target }, context.signal).catch((error: unknown) => {
      misses += 1;
      if (!(error instanceof CliError) || error.exitCode !== EXIT.HUB_UNREACHABLE || misses > PATIENCE) throw error;
      return undefined;
    });
    if (looked === undefined) continue;
    misses = 0;
    if (looked.testRun?.id !== begun.id) throw notFound('the run', 'Another run has begun, or the agent was started anew: run the tests again.');
    run = looked.testRun;
  }
}
