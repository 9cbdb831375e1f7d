import { err, silentLog, type Result } from '#kernel';
import { createProcessRenderer, type ProcessRenderer, type ProcessRendererConfig, type Rendered, type RenderFailure, type RenderRequest } from '#render';
import { systemMonotonic, systemTimers } from '#runtime';
import { aSourceTree, RenderProcessProgram, until } from '#testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const signal = new AbortController().signal;
const CANARY = 'hunter2-canary';
const REQUEST: RenderRequest = {
  path: '', renderer: 'AUTO', namespace: 'web', parameters: { password: CANARY }, substitute: false, reserved: { namespace: 'capstan-system', partOf: 'capstan-agent' },
  helm: { valuesFiles: [], releaseName: 'web', skipHooks: false, capabilities: () => Promise.resolve(err({ message: 'not asked' })) },
};
const configMap = (name: string, extra = ''): string => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${extra}`;
const PLAIN = aSourceTree({ 'a.yaml': configMap('a') });
const KUSTOMIZATION = aSourceTree({ 'kustomization.yaml': 'resources: [a.yaml]\n', 'a.yaml': configMap('a') });
/** What a program in place of the real one may use to speak. */
const SPEAK = `
import { readFileSync, writeFileSync } from 'node:fs';
const frame = (text) => { const bytes = Buffer.from(text); const head = Buffer.alloc(4); head.writeUInt32BE(bytes.length); return Buffer.concat([head, bytes]); };
const raw = (bytes) => process.stdout.write(bytes);
const say = (word) => raw(frame(JSON.stringify(word)));
process.stdin.on('error', () => process.exit()).resume();
`;

let work: string;
let program: RenderProcessProgram;
let count = 0;

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'capstan-process-spec-'));
  program = await RenderProcessProgram.build();
});
afterAll(async () => {
  await program.remove();
  await rm(work, { recursive: true, force: true });
});

function open(config: Partial<ProcessRendererConfig> = {}): Promise<ProcessRenderer> {
  const none = (): Promise<undefined> => Promise.resolve(undefined);
  return createProcessRenderer({ node: process.execPath, entry: program.entry, programs: { kustomize: none, helm: none }, workDirectory: join(work, String((count += 1))), ...config }, { timers: systemTimers, monotonic: systemMonotonic, log: silentLog }, signal);
}

/** A renderer whose process runs this instead of the real program. */
async function insteadOf(source: string, limits: ProcessRendererConfig['limits'] = {}): Promise<ProcessRenderer> {
  const entry = join(work, `entry-${(count += 1)}.mjs`);
  await writeFile(entry, SPEAK + source);
  return open({ entry, limits });
}

async function kustomizeOf(script: string): Promise<ProcessRendererConfig['programs']> {
  const file = join(work, `kustomize-${(count += 1)}`);
  await writeFile(file, `#!/bin/sh\n[ "$1" = version ] && exit 0\n${script}\n`);
  await chmod(file, 0o755);
  return { kustomize: () => Promise.resolve(file), helm: () => Promise.resolve(undefined) };
}

async function failure(rendering: Promise<Result<Rendered, RenderFailure>>): Promise<RenderFailure> {
  const result = await rendering;
  if (result.ok) throw new Error('it rendered');
  return result.error;
}

/** Command lines of all processes that name this text. */
async function processesNaming(text: string): Promise<readonly string[]> {
  const lines = await Promise.all((await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''))); // it may end meanwhile
  return lines.filter((line) => line.includes(text)).map((line) => line.replaceAll('\0', ' '));
}

describe('a bomb in the process that renders', () => {
  it.each<[string, string, ProcessRendererConfig['limits'], { readonly code: string; readonly message?: unknown }]>([
    ['never ends', 'while (true);', { timeoutMs: 1_500 }, { code: 'RENDER_TIMED_OUT', message: expect.stringContaining('more than 1500 ms') }],
    ['takes more CPU than it may', 'while (true);', { cpuSeconds: 1 }, { code: 'RENDER_TIMED_OUT', message: expect.stringContaining('more than 1 s of CPU') }],
    ['takes more memory than it may', 'const all = []; while (true) all.push(new Array(10_000).fill(all.length + 0.5));', { memoryBytes: 64 * 1024 * 1024 }, { code: 'RENDER_LIMIT_EXCEEDED', message: expect.stringContaining('bytes of memory') }],
    ['says more than it may', `setInterval(() => raw(frame(JSON.stringify({ say: 'ASK', id: 1, question: { what: 'list', path: 'x'.repeat(16_000) } }).padEnd(1_000_000)))); `, { maxBytes: 1_000_000, maxFiles: 1_000_000 }, { code: 'RENDER_LIMIT_EXCEEDED' }],
    ['asks without end', `const ask = () => setImmediate(ask, say({ say: 'ASK', id: 1, question: { what: 'list', path: '' } })); ask();`, { maxFiles: 100 }, { code: 'RENDER_LIMIT_EXCEEDED', message: expect.stringContaining('more than 100 files') }],
    ['hands over one object too many', `say({ say: 'OBJECTS', objects: Array(10_001).fill({}), sources: Array(10_001).fill(null) });`, {}, { code: 'RENDER_LIMIT_EXCEEDED', message: 'more than 10000 objects' }],
    ['hands over a small text that is large in memory', `for (let n = 0; n < 10; n += 1) raw(frame('{"say":"OBJECTS","objects":[{"a":[' + '[],'.repeat(200_000) + '[]]}],"sources":[null]}'));`, {}, { code: 'RENDER_LIMIT_EXCEEDED', message: expect.stringContaining('more than 1500000 members') }],
  ])('is ended when it %s', async (_name, source, limits, expected) => {
    expect(await failure((await insteadOf(source, limits)).render(PLAIN, REQUEST, signal))).toMatchObject({ ...expected, retryable: false });
  });

  it('keeps no other render waiting, and nothing that it wrote stays', async () => {
    const bomb = await open({ programs: await kustomizeOf('while :; do :; done'), limits: { timeoutMs: 20_000 }, workDirectory: join(work, 'shared') });
    const stop = new AbortController();
    let hasEnded = false;
    const burning = bomb.render(KUSTOMIZATION, REQUEST, stop.signal).finally(() => (hasEnded = true));
    await until('the bomb burns', 15_000, async () => ((await processesNaming(join(work, 'shared/capstan-render'))).some((line) => line.includes('kustomize-')) ? true : undefined));
    for (let round = 0; round < 3; round += 1) expect(await bomb.render(PLAIN, REQUEST, signal)).toMatchObject({ ok: true });
    expect(hasEnded).toBe(false);
    stop.abort(new Error('stopped'));
    await expect(burning).rejects.toThrow('stopped');
    expect(await readdir(join(work, 'shared/capstan-render'))).toEqual([]);
    expect(await processesNaming(join(work, 'shared/capstan-render'))).toEqual([]);
  });

  it('of many empty lists is refused: they take twenty times their text in memory', async () => {
    const files = Object.fromEntries(Array.from({ length: 4 }, (_, n) => [`${n}.yaml`, configMap(`c${n}`, `data: [${'[],'.repeat(5_000)}[]]\n`)]));
    expect(await failure((await open({ limits: { maxValues: 30_000 } })).render(aSourceTree(files), REQUEST, signal))).toMatchObject({ code: 'RENDER_LIMIT_EXCEEDED', retryable: false, message: expect.stringContaining('30000') });
  });

  it('of small text that is large as JSON is refused', async () => {
    const text = `${configMap('a', `data:\n  a0: &a ${'x'.repeat(600_000)}\n`)}${Array.from({ length: 90 }, (_, index) => `  b${index}: *a\n`).join('')}`;
    expect(await failure((await open()).render(aSourceTree({ 'a.yaml': text }), REQUEST, signal))).toMatchObject({ code: 'RENDER_LIMIT_EXCEEDED', retryable: false });
  });
});

describe('a process that renders', () => {
  it.each<[string, string]>([
    ['writes garbage', `raw('garbage, garbage and more of it');`],
    ['writes no JSON', `raw(frame('{"say":'));`],
    ['nests without end', `raw(frame('{"say":"OBJECTS","objects":[' + '['.repeat(100_000) + ']'.repeat(100_000) + '],"sources":[null]}')); say({ say: 'RENDERED', renderer: 'PLAIN' });`],
    ['says words that mean nothing', `say({ say: 'HELLO' });`],
    ['asks what nobody answers', `say({ say: 'ASK', id: 1, question: { what: 'environment' } });`],
    ['tells of a failure that does not exist', `say({ say: 'FAILED', failure: { code: 'SYNCED', message: 'x', retryable: false } });`],
    ['is killed', `process.kill(process.pid, 'SIGKILL');`],
    ['ends early', 'process.exit(3);'],
  ])('and %s gives nothing, and may be tried again', async (_name, source) => {
    expect(await failure((await insteadOf(source)).render(PLAIN, REQUEST, signal))).toMatchObject({ code: 'RENDERER_UNAVAILABLE', retryable: true, message: expect.stringContaining('tried again') });
  });

  it.each<[string, string, Partial<RenderFailure>]>([
    ['that are none', `say({ say: 'OBJECTS', objects: [{ kind: 'x' }], sources: [{ file: 'a.yaml', line: 1 }] }); say({ say: 'RENDERED', renderer: 'PLAIN' });`, { code: 'INVALID_OBJECT' }],
    ['of the agent itself', `say({ say: 'OBJECTS', objects: [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x', namespace: 'capstan-system' } }], sources: [null] }); say({ say: 'RENDERED', renderer: 'PLAIN' });`, { code: 'RESERVED_NAMESPACE' }],
    ['and has none', `say({ say: 'RENDERED', renderer: 'PLAIN' });`, { code: 'NO_OBJECTS' }],
  ])('is not believed objects %s', async (_name, source, expected) => {
    expect(await failure((await insteadOf(source)).render(PLAIN, REQUEST, signal))).toMatchObject(expected);
  });

  it('finds no environment, no file, no network and no secret in its arguments', async () => {
    const look = `
      const tried = (what) => { try { return what(); } catch (error) { return error.code; } };
      const { connect } = await import('node:net');
      const reached = await new Promise((resolve) => connect(${'PORT'}, '127.0.0.1').on('connect', () => resolve('CONNECTED')).on('error', (error) => resolve(error.code)));
      say({ say: 'FAILED', failure: { code: 'NO_OBJECTS', retryable: false, message: JSON.stringify({
        env: Object.keys(process.env), argv: process.argv.concat(process.execArgv).join(' '), password: tried(() => readFileSync('/etc/passwd', 'utf8')), outside: tried(() => writeFileSync('${'OUTSIDE'}', 'x')), evaluated: tried(() => (0, eval)('1') === 1), reached,
      }) } });`;
    const { createServer } = await import('node:net');
    const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    try {
      const { message } = await failure((await insteadOf(look.replace('PORT', String(port)).replace('OUTSIDE', join(work, 'outside')))).render(PLAIN, REQUEST, signal));
      const found: unknown = JSON.parse(message);
      expect(found).toMatchObject({ env: [], password: 'ERR_ACCESS_DENIED', outside: 'ERR_ACCESS_DENIED' });
      expect(message).not.toContain(CANARY);
      expect(found).not.toMatchObject({ evaluated: true });
      if (process.platform === 'linux' && process.getuid?.() === 0) expect(found).toMatchObject({ reached: expect.not.stringMatching('CONNECTED') });
    } finally {
      server.close();
    }
  });

  it('and the programs in it hold no parameter in arguments and environment', async () => {
    const print = `echo "apiVersion: v1"; echo "kind: ConfigMap"; echo "metadata: {name: a}"; echo "data:"; for pid in $$ $PPID; do for file in cmdline environ; do echo "  $file-$pid: '$(/usr/bin/tr -c 'A-Za-z0-9/=._-' ' ' < /proc/$pid/$file)'"; done; done`;
    const result = await (await open({ programs: await kustomizeOf(print) })).render(KUSTOMIZATION, REQUEST, signal);
    if (!result.ok) throw new Error(result.error.message);
    const data = JSON.stringify(result.value.objects[0]?.['data']);
    expect(data).toContain('render-process.mjs');
    expect(data).not.toContain(CANARY);
  });

  it('that waits for an order is used once, and goes when none comes', async () => {
    const directory = join(work, 'spare');
    const renderer = await open({ workDirectory: directory });
    renderer.prepare();
    renderer.prepare();
    await until('one waits', 10_000, async () => ((await readdir(join(directory, 'capstan-render'))).length === 1 ? true : undefined));
    const both = await Promise.all([renderer.render(PLAIN, REQUEST, signal), renderer.render(PLAIN, REQUEST, signal)]);
    expect(both).toMatchObject([{ ok: true }, { ok: true }]);
    expect(await readdir(join(directory, 'capstan-render'))).toEqual([]);
    renderer.prepare();
    await renderer.close();
    expect(await readdir(join(directory, 'capstan-render'))).toEqual([]);
    expect(await processesNaming(directory)).toEqual([]);
  });

  it('that was killed while it waited costs nobody a render', async () => {
    const renderer = await insteadOf(`process.kill(process.pid, 'SIGKILL');`);
    const real = await open();
    for (const one of [renderer, real]) one.prepare();
    await until('it has ended', 10_000, async () => ((await processesNaming('entry-')).length === 0 ? true : undefined));
    expect(await real.render(PLAIN, REQUEST, signal)).toMatchObject({ ok: true });
    expect(await failure(renderer.render(PLAIN, REQUEST, signal))).toMatchObject({ code: 'RENDERER_UNAVAILABLE' });
  });
});

describe('when the agent is killed in the middle of a render', () => {
  it('the process ends with all that it started, and the next start removes what it left', async () => {
    const directory = join(work, 'orphan');
    const kustomize = await (await kustomizeOf('while :; do :; done')).kustomize();
    const host = join(work, 'host.mjs');
    const config = { node: process.execPath, entry: program.entry, workDirectory: directory };
    await build({
      stdin: {
        contents: `
          import { createProcessRenderer } from './libs/render/src/index.ts';
          import { aSourceTree } from './libs/testing/src/memory-source-tree.ts';
          import { systemMonotonic, systemTimers } from './libs/runtime/src/index.ts';
          import { silentLog } from './libs/kernel/src/index.ts';
          const programs = { kustomize: async () => ${JSON.stringify(kustomize)}, helm: async () => undefined };
          const renderer = await createProcessRenderer({ ...${JSON.stringify(config)}, programs }, { timers: systemTimers, monotonic: systemMonotonic, log: silentLog }, new AbortController().signal);
          const tree = aSourceTree({ 'kustomization.yaml': 'resources: [a.yaml]\\n', 'a.yaml': ${JSON.stringify(configMap('a'))} });
          await renderer.render(tree, { ...${JSON.stringify(REQUEST)} }, new AbortController().signal);`,
        resolveDir: resolve(import.meta.dirname, '../../../..'),
      },
      outfile: host, bundle: true, platform: 'node', format: 'esm', conditions: ['source'], logLevel: 'error',
      banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
    });
    const agent = spawn(process.execPath, [host], { stdio: 'inherit' });
    const ended = once(agent, 'exit');
    const ours = join(directory, 'capstan-render');
    await until('kustomize runs', 20_000, async () => ((await processesNaming(ours)).some((line) => line.includes('kustomize-')) ? true : undefined));
    agent.kill('SIGKILL');
    await ended;
    await until('nothing runs any more', 20_000, async () => ((await processesNaming(ours)).length === 0 ? true : undefined));
    expect(await readdir(ours)).toHaveLength(1);
    await open({ workDirectory: directory });
    expect(await readdir(ours)).toEqual([]);
  });
});
