import type { CommandContext } from '../context.js';
import { inCommands } from '../output/in-commands.js';
import { printable } from '../output/printable.js';

/** A warning as the API tells it. */
export interface StrategyWarning {
  readonly severity: 'WARNING' | 'NOTE';
  readonly path: readonly string[];
  readonly message: string;
}

export const WARNINGS = 'warnings { severity path message }';

/** One line each on standard error, so that what programs read stays clean. @param about what it is about, `app/shop` */
export function printWarnings(context: Pick<CommandContext, 'err'>, warnings: readonly StrategyWarning[], about: string): void {
  for (const { severity, path, message } of warnings) context.err(`${printable(`${severity.toLowerCase()}: ${about}: ${path.join('.')}: ${inCommands(message)}`)}\n`);
}

/** What is odd about one application. */
export async function printWarningsOf(context: CommandContext, project: string, name: string): Promise<void> {
  const document = `query Warnings($project: String, $name: String!) { application(project: $project, name: $name) { ${WARNINGS} } }`;
  const { application } = await context.hub.query<{ readonly application: { readonly warnings: readonly StrategyWarning[] } | null }>(document, { project, name }, context.signal);
  printWarnings(context, application?.warnings ?? [], `app/${name}`);
}
