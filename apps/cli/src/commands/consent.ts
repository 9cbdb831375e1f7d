import { usage } from '../cli-error.js';
import type { CommandContext } from '../context.js';

/** Consequences are agreed to by --yes, or by a person who types the name. @throws CliError otherwise: nothing was done */
export async function consent(context: Pick<CommandContext, 'ask'>, { yes }: { readonly yes?: boolean }, name: string, consequence: string): Promise<void> {
  if (yes === true) return;
  if (context.ask === undefined) throw usage(`${consequence}; nothing was done`, 'Add --yes to do it.');
  const typed = await context.ask(`${consequence}.\nType ${name} to go on: `);
  if (typed.trim() !== name) throw usage('nothing was done', `Type ${name} to go on, or add --yes.`);
}
