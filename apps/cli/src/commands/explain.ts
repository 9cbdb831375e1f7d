import { Command } from 'commander';
import { usage } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { notFoundNear } from './near-names.js';
import { formatExplanation, type ExplanationAnswer } from '../output/format-explanation.js';
import { parseTarget } from './parse-target.js';

const EXPLAIN = `query Explain($application: String!, $cluster: String!, $project: String) { explain(application: $application, cluster: $cluster, project: $project) {
  steps { kind isOk message reason advice since until key value rollout hurdle { kind stage gate } } next { message at } } }`;

interface ExplainOptions {
  readonly project: string;
  readonly output: string;
}

/** `capstan explain APP@CLUSTER`: why the app is on the cluster as it is, or is not there. */
export function explainCommand(context: CommandContext): Command {
  return new Command('explain')
    .description('why an app is on a cluster as it is, or is not there: -> marks what stands in the way')
    .argument('<target>', '[PROJECT/]APP@CLUSTER')
    .option('-p, --project <name>', 'the project', 'default')
    .option('-o, --output <format>', 'text | json', 'text')
    .action(async (text: string, { project, output }: ExplainOptions) => {
      if (output !== 'text' && output !== 'json') throw usage(`unknown output: ${output}`, 'The outputs are text and json.');
      const names = parseTarget(text, project);
      const { explain } = await context.hub.query<{ readonly explain: ExplanationAnswer | null }>(EXPLAIN, { ...names }, context.signal);
      if (explain === null) throw await notFoundNear(context, `application ${names.application} or cluster ${names.cluster}`, names, 'capstan get apps and capstan get clusters show what there is.');
      context.out(output === 'json' ? `${JSON.stringify(explain, null, 2)}\n` : formatExplanation(explain, names));
    });
}
