import { Command } from 'commander';
import { usage } from '../cli-error.js';
import type { CommandContext } from '../context.js';

const LABEL = `mutation Label($input: LabelClusterInput!) { labelCluster(input: $input) { cluster { name labels } userErrors { code field message hint details } } }`;

/** `capstan label cluster NAME k=v k-`: sets and removes labels; the removal guard may ask for a confirmation. */
export function labelCommand(context: CommandContext): Command {
  return new Command('label')
    .description('set (k=v) or remove (k-) labels of a cluster')
    .argument('<kind>', 'cluster')
    .argument('<name>', 'its name')
    .argument('<labels...>', 'key=value to set, key- to remove')
    .option('--confirm-removals <digest>', 'agree to the removal of exactly the targets that the refusal listed')
    .action(async (kind: string, name: string, words: readonly string[], options: { readonly confirmRemovals?: string }) => {
      if (kind !== 'cluster' && kind !== 'clusters') throw usage(`only clusters have labels, not ${kind}`);
      const { set, remove } = parseLabelWords(words);
      const { cluster } = await context.hub.mutate<{ readonly cluster: { readonly name: string; readonly labels: Readonly<Record<string, string>> } }>(
        LABEL,
        'labelCluster',
        { name, set, remove, ...(options.confirmRemovals === undefined ? {} : { confirmRemovals: options.confirmRemovals }) },
        context.signal,
      );
      context.out(`cluster/${cluster.name} labeled: ${Object.entries(cluster.labels).map(([key, value]) => `${key}=${value}`).join(',') || '(no labels)'}\n`);
    });
}

/** Splits `k=v` and `k-`. @throws CliError for a word that is neither. */
export function parseLabelWords(words: readonly string[]): { readonly set: Readonly<Record<string, string>>; readonly remove: readonly string[] } {
  const set: Record<string, string> = {};
  const remove: string[] = [];
  for (const word of words) {
    const equals = word.indexOf('=');
    if (equals > 0) set[word.slice(0, equals)] = word.slice(equals + 1);
    else if (word.length > 1 && word.endsWith('-')) remove.push(word.slice(0, -1));
    else throw usage(`not a label: ${word}`, 'Write key=value to set a label, key- to remove it.');
  }
  return { set, remove };
}
