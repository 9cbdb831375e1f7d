/** What a commit message tells of a rollback. */
export interface RevertStory {
  readonly project: string;
  readonly application: string;
  readonly release: { readonly number: number; readonly commit: string };
  /** Release that most of the targets leave; undefined: unknown. */
  readonly from: { readonly number: number; readonly commit: string } | undefined;
  readonly by: string;
  readonly reason: string;
}

/** Subject and body, without trailers. Texts of people stay on one line, so that they end no paragraph and forge no trailer. Pure. */
export function describeRevert({ project, application, release, from, by, reason }: RevertStory): string {
  const left = from === undefined ? '' : ` Release ${from.number} (${from.commit}) is left.`;
  return [
    `Roll back ${application} to release ${release.number}`,
    `The files of the application ${project}/${application} are again what they were at\n${release.commit}, which is release ${release.number}.${left}`,
    `Asked by ${oneLine(by)}: ${oneLine(reason)}`,
  ].join('\n\n');
}

export interface PromotionStory {
  readonly project: string;
  readonly application: string;
  readonly from: string;
  readonly release: { readonly number: number; readonly commit: string };
  readonly soak: string;
}

/** The same for a promotion. Pure. */
export function describePromotion({ project, application, from, release, soak }: PromotionStory): string {
  return [
    `Promote ${from} release ${release.number} to ${application}`,
    `The files of the application ${project}/${application} are what those of ${project}/${from} were at\n${release.commit}, which is release ${release.number} there and was healthy on all its targets for ${soak}.`,
  ].join('\n\n');
}

function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim();
}
