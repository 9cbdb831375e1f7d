/**
 * `npm test`: the whole judgement of a change, from an empty checkout on: set-up, generated files, types, lint, order of
 * the house, unit, integration, real Kubernetes, end to end. `npm run test:long` adds what takes longer.
 * Ends with one line: `N passed, N failed, N skipped`.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { ensureReady, projectEnvironment, projectNode, ROOT, run, say } from './setup.mjs';
import { findTool } from './tools.mjs';

const started = Date.now();
const elapsed = () => `${Math.round((Date.now() - started) / 1000)} s`;
const long = process.argv.includes('--long');
/** On two cores. A worker takes one to two GB of memory where it has control planes. */
const WAITING = ['--maxWorkers=3'];
const counts = { passed: 0, failed: 0, skipped: 0 };

async function step(name, work) {
  say(`\n== ${name} (${elapsed()})`);
  try {
    await work();
    counts.passed += 1;
  } catch (error) {
    counts.failed += 1;
    say(`${name} FAILED: ${error.message}`);
  }
}

async function jest(projects, workers = []) {
  const names = projects.join(' and ');
  const directory = mkdtempSync(join(tmpdir(), 'capstan-test-'));
  const report = join(directory, 'report.json');
  say(`\n== ${names} tests (${elapsed()})`);
  try {
    await run(
      projectNode(),
      ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--selectProjects', ...projects, '--json', `--outputFile=${report}`, ...workers],
      { stdio: ['ignore', 2, 2], env: projectEnvironment({ NODE_NO_WARNINGS: '1', CAPSTAN_KUSTOMIZE: findTool('kustomize'), CAPSTAN_HELM: findTool('helm'), CAPSTAN_HELM3: findTool('helm3'), CAPSTAN_TEST_LONG: long ? '1' : '' }) },
    ).catch((error) => error); // the report tells what failed; a run without a report is caught below
    const result = JSON.parse(readFileSync(report, 'utf8'));
    counts.passed += result.numPassedTests;
    counts.failed += result.numFailedTests + result.numRuntimeErrorTestSuites;
    counts.skipped += result.numPendingTests + result.numTodoTests;
    if (result.numTotalTests === 0) {
      say(`${names}: no test ran`);
      counts.failed += 1;
    }
    sayWhatTookLongest(result);
  } catch (error) {
    counts.failed += 1;
    say(`${names} tests did not run: ${error.message}`);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** So that a run which has become slow says itself where. */
function sayWhatTookLongest({ testResults }) {
  const files = testResults.map(({ name, startTime, endTime }) => ({ name: relative(ROOT, name), seconds: (endTime - startTime) / 1000 })).toSorted((a, b) => b.seconds - a.seconds);
  say(`\nlongest:\n${files.slice(0, 15).map(({ name, seconds }) => `${seconds.toFixed(1).padStart(8)} s  ${name}\n`).join('')}`);
}

try {
  await ensureReady({ tools: ['kustomize', 'helm', 'registry', 'kubernetes'], built: true });
  await step('generated files', () => run(process.execPath, ['scripts/gen.mjs', '--check'], { stdio: ['ignore', 2, 2] }));
  await Promise.all([
    step('types', () => run('tsc', ['--noEmit'], { stdio: ['ignore', 2, 2] })),
    step('lint', () => run('eslint', ['.', '--max-warnings=0'], { stdio: ['ignore', 2, 2] })),
    step('order of the house', () => run('depcruise', ['apps', 'libs', 'test', 'migrations', '--config', '.dependency-cruiser.cjs'], { stdio: ['ignore', 2, 2] })),
  ]);
  await jest(['unit']);
  // What has servers, hubs and agents of its own mostly waits for them, so more of it runs than there are cores.
  await jest(['integration'], WAITING);
  await jest(['kubernetes', 'e2e'], WAITING);
} catch (error) {
  counts.failed += 1;
  say(`test: ${error.message}`);
}
say(`\nfinished after ${elapsed()} in ${ROOT}`);
process.stdout.write(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
process.exitCode = counts.failed === 0 ? 0 : 1;
