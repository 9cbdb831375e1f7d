import { emailOf, FURTHER_AUTHORS, mergePeople, type CommitPeople, type SourceTree } from '#domain';
import { commitsBetween, MAX_CO_AUTHORS, type CommitMeta, type GitObjects } from '#git';

/** More than are made between two looks at a branch that is in use; each costs a look at what is watched. */
const MOST_COMMITS = 2_000;
/** Of more watched paths than these not each is looked at: every commit counts. */
const MOST_PATHS = 200;

/**
 * Who wrote the commits that `head` brings beyond `since` to some paths. Where `since` is not known, or none of its commits touches them, those of `head` alone:
 * somebody wrote it. Merges count only for what they have from none of their parents. What cannot be read makes the answer incomplete, never shorter in silence.
 */
export async function peopleOfCommits(objects: GitObjects, head: string, since: string | undefined, paths: readonly string[], signal: AbortSignal): Promise<CommitPeople> {
  const own = await objects.commit(head, signal);
  if (!own.ok) return { isComplete: false, people: [] };
  if (since === undefined || since === head) return peopleOf(own.value);
  const range = await commitsBetween(objects, since, head, MOST_COMMITS, signal);
  signal.throwIfAborted();
  // The branch was rewritten, or is another one: nothing leads here from there.
  if (!range.ok) return range.error.code === 'COMMIT_UNREACHABLE' ? peopleOf(own.value) : { ...peopleOf(own.value), isComplete: false };
  const looks = new PathLooks(objects, paths.length > MOST_PATHS ? [''] : paths, signal);
  const touching: CommitMeta[] = [];
  for (const commit of range.value.commits) if (await looks.isTouchedBy(commit)) touching.push(commit);
  const people = mergePeople((touching.length === 0 ? [own.value] : touching).map(peopleOf));
  return { ...people, isComplete: people.isComplete && range.value.isWhole && looks.isComplete };
}

/** As many co-authors as are read may not be all; and one stands for those whom a commit of the hub could not name. */
function peopleOf({ id, author, committer, coAuthors }: CommitMeta): CommitPeople {
  const people = [author, committer, ...coAuthors].map(({ email }) => ({ email: emailOf(email), commit: id }));
  const named = people.filter(({ email }) => email !== FURTHER_AUTHORS);
  return mergePeople([{ isComplete: named.length === people.length && coAuthors.length < MAX_CO_AUTHORS, people: named }]);
}

/** What lies at some paths in commits, each looked up once. */
class PathLooks {
  readonly #known = new Map<string, string>();
  #isComplete = true;

  constructor(
    private readonly objects: GitObjects,
    private readonly paths: readonly string[],
    private readonly signal: AbortSignal,
  ) {}

  get isComplete(): boolean {
    return this.#isComplete;
  }

  async isTouchedBy({ id, parents }: CommitMeta): Promise<boolean> {
    const here = await this.#tree(id);
    const before: (SourceTree | undefined)[] = [];
    for (const parent of parents) before.push(await this.#tree(parent));
    if (here === undefined || before.includes(undefined)) return true;
    const trees = before.filter((tree) => tree !== undefined);
    if (trees.some((tree) => tree.rootTreeId === here.rootTreeId)) return false;
    for (const path of this.paths) {
      const now = await this.#at(here, path);
      const then: string[] = [];
      for (const tree of trees) then.push(await this.#at(tree, path));
      if (then.every((one) => one !== now) && !(then.length === 0 && now === ABSENT)) return true;
    }
    return false;
  }

  async #tree(commit: string): Promise<SourceTree | undefined> {
    const tree = await this.objects.tree(commit, this.signal);
    if (tree.ok) return tree.value;
    this.#isComplete = false;
    return undefined;
  }

  async #at(tree: SourceTree, path: string): Promise<string> {
    if (path === '') return tree.rootTreeId;
    const key = `${tree.rootTreeId} ${path}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const entry = await tree.entry(path, this.signal);
    // What is refused is what it is by its tree: two trees that differ may differ there.
    const answer = entry.ok ? `${entry.value.mode} ${entry.value.id}` : entry.error.code === 'PATH_NOT_FOUND' ? ABSENT : tree.rootTreeId;
    if (!entry.ok && entry.error.code === 'SOURCE_UNAVAILABLE') this.#isComplete = false;
    this.#known.set(key, answer);
    return answer;
  }
}

const ABSENT = 'absent';
