import { join } from 'node:path';
import type { Benchmark } from './benchmark.js';
import { apply } from './benchmarks/apply.js';
import { assign } from './benchmarks/assign.js';
import { drift } from './benchmarks/drift.js';
import { manyObjects } from './benchmarks/many-objects.js';
import { manyTargets } from './benchmarks/many-targets.js';
import { memory } from './benchmarks/memory.js';
import { monorepo } from './benchmarks/monorepo.js';
import { rollout } from './benchmarks/rollout.js';
import { readOptions, USAGE, type Asked } from './options.js';
import { readMachine } from './report/machine.js';
import { printTable } from './report/print-table.js';
import { toJson } from './report/to-json.js';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const BENCHMARKS: readonly Benchmark[] = [apply, drift, memory, monorepo, assign, manyObjects, manyTargets, rollout];
const list = (): string => BENCHMARKS.map(({ name, summary }) => `  ${name.padEnd(20)} ${summary}\n`).join('');

async function main(): Promise<number> {
  let asked: Asked;
  try {
    asked = readOptions(process.argv.slice(2), ROOT);
  } catch (error) {
    process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return 2;
  }
  const { name, help, options } = asked;
  if (help || name === undefined) {
    process.stdout.write(`${USAGE}\nBenchmarks:\n${list()}`);
    return 0;
  }
  const benchmark = BENCHMARKS.find((one) => one.name === name);
  if (benchmark === undefined) {
    process.stderr.write(`bench: there is no benchmark ${name}. There are:\n${list()}`);
    return 2;
  }
  const before = readMachine();
  const startedAt = performance.now();
  const result = await benchmark.run(options, (line) => process.stderr.write(`bench: ${line}\n`));
  const report = { benchmark: name, result, machine: before, loadAfter: readMachine().load, seconds: Math.round((performance.now() - startedAt) / 1000) };
  process.stdout.write(options.json ? `${JSON.stringify(toJson(report), undefined, 2)}\n` : printTable(report));
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
