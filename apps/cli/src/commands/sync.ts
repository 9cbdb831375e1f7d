import { Command } from 'commander';
import { usage } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { withNearNames } from './near-names.js';
import { parseReference, RESOURCE_KINDS } from './resources.js';

const SYNC = `mutation Sync($input: SyncApplicationInput!) { syncApplication(input: $input) { rollout { number state release { number commit } } userErrors { code field message hint details } } }`;

/** `capstan sync app/NAME`: lets the rollout run that waits for a person, or sends the newest release to every target once more. */
export function syncCommand(context: CommandContext): Command {
  return new Command('sync')
    .description('let a waiting rollout run, or send the newest release to every target once more; or to some clusters only')
    .argument('<reference...>', 'NAME or app/NAME')
    .option('-c, --cluster <name>', 'to this cluster only; may be given several times', (name: string, before: readonly string[] = []) => [...before, name])
    .option('-l, --selector <labels>', 'to clusters with these labels only')
    .option('-p, --project <name>', 'the project', 'default')
    .action(async (words: readonly string[], options: { readonly project: string; readonly cluster?: readonly string[]; readonly selector?: string }) => {
      const [only = '', ...more] = words;
      const { kind, name } = parseReference(more.length === 0 && isName(only) ? [`app/${only}`] : words);
      if (kind.singular !== 'application') throw usage(`only apps are synced, not ${kind.plural}`);
      const { rollout } = await withNearNames(context, { project: options.project, application: name, cluster: options.cluster?.[0] }, context.hub.mutate<{ readonly rollout: { readonly number: number; readonly state: string; readonly release: { readonly number: number; readonly commit: string } } }>(
        SYNC,
        'syncApplication',
        { project: options.project, name, ...(options.cluster === undefined ? {} : { clusters: options.cluster }), ...(options.selector === undefined ? {} : { clusterSelector: options.selector }) },
        context.signal,
      ));
      context.out(`app/${name} syncing: rollout ${rollout.number} (${rollout.state}) of release ${rollout.release.number} at ${rollout.release.commit.slice(0, 12)}\n`);
    });
}

/** An app by its bare name, as every other command about rollouts takes it; a kind alone is none. */
function isName(word: string): boolean {
  return word !== '' && !word.includes('/') && !RESOURCE_KINDS.some(({ singular, plural, aliases }) => [singular, plural, ...aliases].includes(word));
}
