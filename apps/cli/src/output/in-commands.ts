import { paste, type Whose } from './paste.js';

/** What the hub calls by its name in the API, and a person at a terminal does by a command. */
const WORDS: readonly { readonly api: RegExp; readonly verb: string; readonly full: (whose: Whose) => string | undefined }[] = [
  { api: /\bapproveGate\b/g, verb: 'capstan rollout approve', full: () => undefined },
  { api: /\bpromoteStage\b/g, verb: 'capstan rollout promote', full: ({ application, project, rollout }) => application && paste('rollout promote', [application], { project, rollout }, 'reason') },
  { api: /\bretryRollout\b/g, verb: 'capstan rollout retry', full: ({ application, project, rollout }) => application && paste('rollout retry', [application], { project, rollout }) },
  { api: /\bsyncApplication\b/g, verb: 'capstan sync', full: ({ application, project }) => application && paste('sync', [`app/${application}`], { project }) },
  { api: /\bliftHold\b/g, verb: 'capstan hold lift', full: ({ application, cluster, project }) => application && paste('hold lift', [cluster === undefined ? application : `${application}@${cluster}`], { project }, 'reason') },
  { api: /\bdeployTarget\b/g, verb: 'capstan deploy', full: ({ application, cluster, project }) => application && cluster && paste('deploy', [`${application}@${cluster}`], { project }, 'reason') },
  { api: /\bretryGitWrite\b/g, verb: 'capstan git-write retry', full: () => undefined },
  { api: /\bapproveHistoryRewrite\b/g, verb: 'capstan history approve', full: () => undefined },
  { api: /\(mode: HOLD\)/g, verb: '(without --revert)', full: () => undefined },
  { api: /`?\bmode: REVERT\b`?/g, verb: '--revert', full: () => undefined },
  // of a rollback; a selector says all: true in a file
  { api: /`all: true`(?= to mean everything in the project)/g, verb: '--all', full: () => undefined },
];

/** What the hub says, in the words of the command line. Pure. */
export function inCommands(text: string): string {
  return WORDS.reduce((said, { api, verb }) => said.replace(api, verb), text.replaceAll(': approveGate.', '.').replaceAll(': run syncApplication.', '.'));
}

/** The commands that it names, as they can be pasted; none of one that lacks something nobody knows here. Pure. */
export function commandsIn(text: string, whose: Whose): readonly string[] {
  return WORDS.flatMap(({ api, full }) => (text.search(api) === -1 ? [] : (full(whose) ?? [])));
}
