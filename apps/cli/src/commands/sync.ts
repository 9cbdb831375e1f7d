import { Command } from 'commander';
import { usage } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { parseReference } from './resources.js';

const SYNC = `mutation Sync($input: SyncApplicationInput!) { syncApplication(input: $input) { rollout { number state release { number commit } } userErrors { code field message hint details } } }`;

/** `capstan sync app/NAME`: lets the rollout run that waits for a person, or sends the newest release to every target once more. */
export function syncCommand(context: CommandContext): Command {
  return new Command('sync')
    .description('let a waiting rollout run, or send the newest release to every target once more')
    .argument('<reference...>', 'app/NAME')
    .option('-p, --project <name>', 'the project', 'default')
    .action(async (words: readonly string[], options: { readonly project: string }) => {
      const { kind, name } = parseReference(words);
      if (kind.singular !== 'application') throw usage(`only apps are synced, not ${kind.plural}`);
      const { rollout } = await context.hub.mutate<{ readonly rollout: { readonly number: number; readonly state: string; readonly release: { readonly number: number; readonly commit: string } } }>(
        SYNC,
        'syncApplication',
        { project: options.project, name },
        context.signal,
      );
      context.out(`app/${name} syncing: rollout ${rollout.number} (${rollout.state}) of release ${rollout.release.number} at ${rollout.release.commit.slice(0, 12)}\n`);
    });
}
