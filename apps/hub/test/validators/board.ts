import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

type IsFromCapstan = (headers: IncomingHttpHeaders, body: string, key: string) => boolean;

/** One line of the access log. */
export interface Asked {
  readonly path: string;
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readonly<Record<string, unknown>>;
  readonly text: string;
}

export type Answering = (response: ServerResponse, asked: Asked) => void;

/** A validator: a real server, which answers as it is told and writes an access log. */
export type Board = Awaited<ReturnType<typeof aBoard>>;

export async function aBoard() {
  const log: Asked[] = [];
  let answering: Answering = (response) => void response.end('{"result":"WAIT"}');
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => void chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const asked: Asked = { path: `${request.method ?? ''} ${request.url ?? ''}`, id: String(request.headers['webhook-id']), headers: request.headers, body: JSON.parse(text) as Asked['body'], text };
      log.push(asked);
      answering(response, asked);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const board = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    log,
    answers(next: Answering | object): void {
      answering = typeof next === 'function' ? (next as Answering) : (response) => void response.end(JSON.stringify(next));
    },
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return board;
}

/** The example of docs/validators.md, as somebody would run it. */
export async function exampleOfTheDocs(): Promise<IsFromCapstan> {
  const page = await readFile(join(import.meta.dirname, '..', '..', '..', '..', 'docs/validators.md'), 'utf8');
  const directory = await mkdtemp(join(tmpdir(), 'capstan-example-'));
  try {
    const file = join(directory, 'verify.mjs');
    await writeFile(file, /```js\n([\s\S]*?)```/.exec(page)?.[1] ?? '');
    const { isFromCapstan } = (await import(pathToFileURL(file).href)) as { readonly isFromCapstan: IsFromCapstan };
    return isFromCapstan;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
