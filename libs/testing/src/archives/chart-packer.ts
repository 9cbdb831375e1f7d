import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';

/** A chart as the test writes it: name, version, and its files besides Chart.yaml. */
export interface ChartToPack {
  readonly name: string;
  readonly version: string;
  readonly files: Readonly<Record<string, string>>;
}

/** The real `helm`, with a home of its own. */
export class HelmProgram {
  private constructor(
    private readonly file: string,
    readonly directory: string,
  ) {}

  static async open(file: string): Promise<HelmProgram> {
    return new HelmProgram(file, await mkdtemp(join(tmpdir(), 'capstan-helm-')));
  }

  /** The archive that `helm package` makes, below `destination`. */
  async pack({ name, version, files }: ChartToPack, destination: string): Promise<string> {
    const source = join(await mkdtemp(join(this.directory, 'chart-')), name);
    const all = { 'Chart.yaml': `apiVersion: v2\nname: ${name}\nversion: ${version}\ndescription: |\n  entries:\n    of no index\n`, ...files };
    for (const [path, content] of Object.entries(all)) {
      await mkdir(dirname(join(source, path)), { recursive: true });
      await writeFile(join(source, path), content);
    }
    await this.run(['package', source, '--destination', destination]);
    return join(destination, `${name}-${version}.tgz`);
  }

  /** @throws with what it said when it fails */
  async run(args: readonly string[], stdin = ''): Promise<string> {
    const home = join(this.directory, 'home');
    const child = spawn(this.file, args, { env: { HOME: home, PATH: '/usr/bin:/bin' }, stdio: ['pipe', 'pipe', 'pipe'], timeout: 60_000 });
    child.stdin.end(stdin);
    const exited = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    const [out, problem, code] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
    if (code !== 0) throw new Error(`helm ${args[0] ?? ''} failed: ${problem}`);
    return `${out}${problem}`;
  }

  async dispose(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}
