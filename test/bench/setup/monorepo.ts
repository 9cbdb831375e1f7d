import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, cp, mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface MonorepoSize {
  /** Files of the newest commit. */
  readonly files: number;
  readonly commits: number;
  /** Directories `apps/<name>` with one application each, spread over the history. */
  readonly applications: number;
}

const FORMAT = 1;
const FILES_OF_AN_APPLICATION = 4;
const FIRST_AT = Date.UTC(2024, 0, 1) / 1000;
const run = promisify(execFile);

export const applicationPath = (index: number): string => `apps/team-${String(index % 50).padStart(2, '0')}/app-${String(index).padStart(5, '0')}`;
export const settingsPath = (index: number): string => `${applicationPath(index)}/settings.yaml`;
export const settings = (index: number, revision: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: app-${index}\ndata:\n  revision: "${revision}"\n`;
/** A file that no application renders. */
export const libraryPath = (index: number): string => `libs/area-${String(index % 100).padStart(2, '0')}/module-${String(Math.floor(index / 100) % 100).padStart(2, '0')}/file-${index}.ts`;

/** Fills an empty bare repository with a large history, the same for the same size. It is made once and kept outside the tree. */
export async function fillMonorepo(directory: string, size: MonorepoSize, progress: (line: string) => void): Promise<void> {
  const kept = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'capstan', 'bench', `monorepo-${FORMAT}-${size.files}-${size.commits}-${size.applications}.git`);
  if (!(await exists(kept))) {
    progress(`making a repository of ${size.files} files and ${size.commits} commits, once`);
    const work = `${kept}.${process.pid}`;
    await mkdir(work, { recursive: true });
    await run('git', ['init', '--quiet', '--bare', '--initial-branch=main', work]);
    await fastImport(work, size);
    await run('git', ['-C', work, 'repack', '-adq', '--write-bitmap-index', '--threads=1'], { timeout: 600_000 });
    await rm(kept, { recursive: true, force: true });
    await rename(work, kept);
  }
  for (const part of ['objects', 'packed-refs', 'refs']) if (await exists(join(kept, part))) await cp(join(kept, part), join(directory, part), { recursive: true });
}

async function fastImport(directory: string, size: MonorepoSize): Promise<void> {
  const child = spawn('git', ['-C', directory, 'fast-import', '--quiet', '--done'], { stdio: ['pipe', 'ignore', 'inherit'] });
  const closed = once(child, 'close');
  for (const command of commands(size)) if (!child.stdin.write(command)) await once(child.stdin, 'drain');
  child.stdin.end();
  const [code] = await closed;
  if (code !== 0) throw new Error(`git fast-import ended with ${String(code)}`);
}

/** Each commit adds its share of the files; once all are there, each changes one. */
function* commands({ files, commits, applications }: MonorepoSize): Generator<string> {
  const first = Math.max(1, files - commits * 5);
  let written = 0;
  for (let commit = 0; commit < commits; commit += 1) {
    yield `commit refs/heads/main\ncommitter Somebody <somebody@example.com> ${FIRST_AT + commit * 600} +0000\n${data(`change ${commit}`)}`;
    const until = commit === 0 ? first : Math.min(files, first + commit * 5);
    for (; written < until; written += 1) yield fileAt(written, applications, 'first');
    yield fileAt(commit % Math.max(1, written), applications, String(commit));
  }
  yield 'done\n';
}

function fileAt(index: number, applications: number, revision: string): string {
  const application = Math.floor(index / FILES_OF_AN_APPLICATION);
  if (application >= applications) return file(libraryPath(index), `// ${revision}\nexport const value${index} = ${index};\n${'// a line of code that somebody wrote\n'.repeat(10 + (index % 40))}`);
  const part = index % FILES_OF_AN_APPLICATION;
  if (part === 0) return file(settingsPath(application), settings(application, revision));
  return file(`${applicationPath(application)}/part-${part}.yaml`, `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: app-${application}-part-${part}\ndata:\n  revision: "${revision}"\n`);
}

const file = (path: string, text: string): string => `M 100644 inline ${path}\n${data(text)}`;
const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`;

async function exists(path: string): Promise<boolean> {
  return access(path).then(() => true, () => false);
}
