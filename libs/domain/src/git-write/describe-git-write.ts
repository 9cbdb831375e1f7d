import { FURTHER_AUTHORS, type CommitPeople } from '../release/commit-people.js';

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
  /** Those who wrote what is carried: they remain its authors, though the commit is the hub's. */
  readonly people: CommitPeople;
}

/** Fewer than are read of a commit, which takes one that names so many to be cut. */
const MAX_CO_AUTHORS = 60;

/** The same for a promotion. Who is not named is said to be missing, so that nobody is taken for no author. Pure. */
export function describePromotion({ project, application, from, release, soak, people: { people, isComplete } }: PromotionStory): string {
  const isWhole = isComplete && people.length <= MAX_CO_AUTHORS;
  const coAuthors = [...people.slice(0, MAX_CO_AUTHORS).map(({ email }) => email), ...(isWhole ? [] : [FURTHER_AUTHORS])];
  return [
    `Promote ${from} release ${release.number} to ${application}`,
    `The files of the application ${project}/${application} are what those of ${project}/${from} were at\n${release.commit}, which is release ${release.number} there and was healthy on all its targets for ${soak}.`,
    ...(coAuthors.length === 0 ? [] : [coAuthors.map((email) => `Co-authored-by: ${address(email)} <${address(email)}>`).join('\n')]),
  ].join('\n\n');
}

function address(email: string): string {
  return oneLine(email).replaceAll(/[<>]/g, '');
}

function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim();
}
