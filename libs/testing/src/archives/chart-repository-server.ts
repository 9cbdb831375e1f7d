import { mkdir, readFile } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import { createHash } from 'node:crypto';
import type { ChartToPack, HelmProgram } from './chart-packer.js';
import { FrontServer, type FrontAnswer } from './front-server.js';

export interface ChartRepositoryOptions {
  /** Asked for by Basic. */
  readonly credentials?: { readonly username: string; readonly password: string };
}

/** A classic chart repository: archives and an index.yaml that the real helm has made, behind HTTP on loopback. */
export class ChartRepositoryServer {
  private constructor(
    readonly front: FrontServer,
    private readonly helm: HelmProgram,
    readonly directory: string,
  ) {}

  static async start(helm: HelmProgram, { credentials }: ChartRepositoryOptions = {}): Promise<ChartRepositoryServer> {
    const directory = join(helm.directory, 'charts');
    await mkdir(directory, { recursive: true });
    const front = new FrontServer(async ({ path, headers }) => {
      const wanted = credentials && `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
      if (wanted !== undefined && headers.authorization !== wanted) return { status: 401, headers: { 'www-authenticate': 'Basic realm="charts"' } };
      return answerWith(join(directory, normalize(path.replace(/^\/charts/, '').replace(/\?.*/, ''))), headers['if-none-match']);
    });
    await front.start();
    return new ChartRepositoryServer(front, helm, directory);
  }

  get url(): string {
    return `http://${this.front.authority}/charts`;
  }

  /** Adds a version and makes the index anew. Answers the digest of the archive. */
  async publish(chart: ChartToPack): Promise<string> {
    const archive = await this.helm.pack(chart, this.directory);
    await this.helm.run(['repo', 'index', this.directory]);
    return `sha256:${createHash('sha256').update(await readFile(archive)).digest('hex')}`;
  }
}

async function answerWith(file: string, known: string | undefined): Promise<FrontAnswer> {
  const content = await readFile(file).catch(() => undefined);
  if (content === undefined) return { status: 404 };
  const etag = `"${createHash('sha256').update(content).digest('hex')}"`;
  return known === etag ? { status: 304, headers: { etag } } : { status: 200, headers: { etag }, body: content };
}
