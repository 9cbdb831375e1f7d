/**
 * `npm run gen`: everything in the repository that is made from something else: the code of the protocol, schema.graphql,
 * the tables of variables, reason codes and kinds. `npm run gen -- --check` makes them and fails when a file differs from what is committed.
 */
import { spawnSync } from 'node:child_process';
import { ensureInstalled, ensureBuilt, projectNode, ROOT, run, say } from './setup.mjs';

const GENERATED = ['libs/wire/src/generated', 'schema.graphql', 'docs/configuration.md', 'docs/configuration-agent.md', 'docs/reason-codes.md', 'docs/health-kinds.md'];

try {
  await ensureInstalled();
  await run('buf', ['lint', 'proto']);
  // proto/landed.binpb is the protocol as agents out there speak it: it may grow, nothing may change. `npm run gen -- --landed` moves it on.
  await run('buf', ['breaking', 'proto', '--against', 'proto/landed.binpb']);
  if (process.argv.includes('--landed')) await run('buf', ['build', 'proto', '-o', 'proto/landed.binpb']);
  await run('buf', ['generate']);
  await ensureBuilt();
  await run(projectNode(), ['dist/apps/hub/src/generate.js', ROOT]);
  await run(projectNode(), ['dist/apps/agent/src/generate.js', ROOT]);
  if (process.argv.includes('--check')) {
    const { stdout, status } = spawnSync('git', ['status', '--porcelain', '--', ...GENERATED], { cwd: ROOT, encoding: 'utf8' });
    if (status !== 0 || stdout.trim() !== '') throw new Error(`generated files differ from the committed ones; run npm run gen and commit:\n${stdout}`);
    say('gen: generated files are as committed');
  }
} catch (error) {
  say(`gen: ${error.message}`);
  process.exitCode = 1;
}
