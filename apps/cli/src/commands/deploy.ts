import { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { withNearNames } from './near-names.js';
import { parseTarget } from './parse-target.js';

const DEPLOY = `mutation Deploy($input: DeployTargetInput!) { deployTarget(input: $input) { hasChanged rollout { number release { number commit } } userErrors { code field message hint details } } }`;

/** `capstan deploy APP@CLUSTER --reason WHY`: one target gets the release of its rollout now, ahead of its stage. */
export function deployCommand(context: CommandContext): Command {
  return new Command('deploy')
    .description('send one target the release of its rollout now, ahead of its stage, gates and windows')
    .argument('<target>', '[PROJECT/]APP@CLUSTER')
    .option('-p, --project <name>', 'the project', 'default')
    .requiredOption('--reason <text>', 'why, for the record (required)')
    .action(async (text: string, { project, reason }: { readonly project: string; readonly reason: string }) => {
      const target = parseTarget(text, project);
      const { rollout, hasChanged } = await withNearNames(context, target, context.hub.mutate<{ readonly hasChanged: boolean | null; readonly rollout: { readonly number: number; readonly release: { readonly number: number; readonly commit: string } } }>(
        DEPLOY, 'deployTarget', { ...target, reason }, context.signal,
      ));
      context.out(`${target.application}@${target.cluster} ${hasChanged === false ? 'is on its way already: it was given' : 'gets'} release ${rollout.release.number} at ${rollout.release.commit.slice(0, 12)}${hasChanged === false ? '' : ' now, ahead of its stage'} in rollout ${rollout.number}\n`);
    });
}
