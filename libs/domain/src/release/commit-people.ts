import { foreignLine } from '#kernel';

/** An address that a commit names, as its author, its committer or a co-author, and one of the commits that do. */
export interface CommitPerson {
  /** As `emailOf` writes it. */
  readonly email: string;
  readonly commit: string;
}

/** Who wrote what something brings. */
export interface CommitPeople {
  /** false: there are more than could be looked at. */
  readonly isComplete: boolean;
  /** Each address once. */
  readonly people: readonly CommitPerson[];
}

export const MAX_COMMIT_PEOPLE = 500;
/** Where a commit of the hub cannot name all who wrote what it carries, it names this one, who is nobody: the others are not known. */
export const FURTHER_AUTHORS = 'further-authors@capstan.invalid';
export const NOBODY: CommitPeople = { isComplete: true, people: [] };
/** Of what was not written down: not the same as nobody. */
export const UNKNOWN_PEOPLE: CommitPeople = { isComplete: false, people: [] };

/** An address as it is compared: letters of either case are the same. */
export function emailOf(text: string): string {
  return foreignLine(text.normalize('NFC').trim().toLowerCase(), 320);
}

/** All of several together, each address once; more than anybody wrote are cut, and said to be. Pure. */
export function mergePeople(parts: readonly CommitPeople[]): CommitPeople {
  const byEmail = new Map<string, CommitPerson>();
  for (const { people } of parts) for (const person of people) if (person.email !== '' && !byEmail.has(person.email)) byEmail.set(person.email, person);
  return { isComplete: byEmail.size <= MAX_COMMIT_PEOPLE && parts.every(({ isComplete }) => isComplete), people: [...byEmail.values()].slice(0, MAX_COMMIT_PEOPLE) };
}
