import { Command } from 'commander';
import { usage } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { withNearNames } from './near-names.js';
import { explainRemovals } from './explain-removals.js';
import { paste } from '../output/paste.js';
import { parseReference } from './resources.js';

const LABEL = `mutation Label($input: LabelClusterInput!) { labelCluster(input: $input) { cluster { name labels } userErrors { code field message hint details } } }`;

/** `capstan label cluster NAME k=v k-`: sets and removes labels; the removal guard may ask for a confirmation. */
export function labelCommand(context: CommandContext): Command {
  return new Command('label')
    .description('set (k=v) or remove (k-) labels of a cluster')
    .argument('<cluster...>', 'cluster NAME or cluster/NAME, then key=value to set, key- to remove')
    .option('--confirm-removals <digest>', 'agree to the removal of exactly the targets that the refusal listed')
    .action(async (words: readonly string[], options: { readonly confirmRemovals?: string }) => {
      const referenceWords = (words[0] ?? '').includes('/') ? 1 : 2;
      const { kind, name } = parseReference(words.slice(0, referenceWords));
      if (kind.singular !== 'cluster') throw usage(`only clusters have labels, not ${kind.plural}`);
      const { set, remove } = parseLabelWords(words.slice(referenceWords));
      if (Object.keys(set).length + remove.length === 0) throw usage(`which labels of cluster/${name}?`, 'Write key=value to set a label, key- to remove it.');
      const { cluster } = await withNearNames(context, { project: 'default', cluster: name }, explainRemovals(
        context.hub.mutate<{ readonly cluster: { readonly name: string; readonly labels: Readonly<Record<string, string>> } }>(
          LABEL,
          'labelCluster',
          { name, set, remove, ...(options.confirmRemovals === undefined ? {} : { confirmRemovals: options.confirmRemovals }) },
          context.signal,
        ),
        paste('label', words, {}),
      ));
      context.out(`cluster/${cluster.name} labeled: ${Object.entries(cluster.labels).map(([key, value]) => `${key}=${value}`).join(',') || '(no labels)'}\n`);
    });
}

/** Splits `k=v` and `k-`. @throws CliError for a word that is neither, and for a key that is named twice. */
export function parseLabelWords(words: readonly string[]): { readonly set: Readonly<Record<string, string>>; readonly remove: readonly string[] } {
  const set: Record<string, string> = {};
  const remove: string[] = [];
  for (const word of words) {
    const equals = word.indexOf('=');
    const key = equals > 0 ? word.slice(0, equals) : word.length > 1 && word.endsWith('-') ? word.slice(0, -1) : undefined;
    if (key === undefined) throw usage(`not a label: ${word}`, 'Write key=value to set a label, key- to remove it.');
    if (Object.hasOwn(set, key) || remove.includes(key)) throw usage(`the label ${key} is named twice`);
    if (equals > 0) set[key] = word.slice(equals + 1);
    else remove.push(key);
  }
  return { set, remove };
}
