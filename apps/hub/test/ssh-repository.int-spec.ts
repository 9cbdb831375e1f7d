import { aGitRepository, anSshKey, GitServer, SshGitServer, sshMissing, until, type SshKeyPair } from '#testing';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { aHub, type TestHub } from './a-hub.js';

jest.setTimeout(120_000);
const missing = await sshMissing();

interface Payload {
  readonly repository: { readonly url: string; readonly hasCredentials: boolean; readonly version: number; readonly lastSuccessAt: string | null; readonly reason: string | null } | null;
  readonly userErrors: readonly { readonly code: string; readonly field: readonly string[]; readonly message: string }[];
}
const FIELDS = 'url hasCredentials version lastSuccessAt reason';

(missing === undefined ? describe : describe.skip)('an SSH repository of a running hub', () => {
  let hub: TestHub;
  let files: GitServer;
  let server: SshGitServer;
  let key: SshKeyPair;
  const answers: string[] = [];

  beforeAll(async () => {
    files = await GitServer.start();
    key = await anSshKey();
    server = await SshGitServer.start(files.root, [key.publicKey]);
    await (await aGitRepository(files, 'fleet')).commit({ 'a.yaml': 'a: 1\n' });
    hub = await aHub({ CAPSTAN_ALLOW_PRIVATE_GIT_HOSTS: 'localhost', CAPSTAN_LOG_LEVEL: 'debug' });
  });
  afterAll(async () => {
    await hub?.close();
    await server?.stop();
    await files?.dispose();
  });

  const mutate = async (mutation: 'createRepository' | 'updateRepository', input: object): Promise<Payload> => {
    const type = mutation === 'createRepository' ? 'CreateRepositoryInput' : 'UpdateRepositoryInput';
    const answer = await hub.graphql(`mutation M($input: ${type}!) { ${mutation}(input: $input) { repository { ${FIELDS} } userErrors { code field message } } }`, { input });
    answers.push(JSON.stringify(answer));
    return (answer.data as Record<string, Payload>)[mutation] as Payload;
  };
  const state = async (): Promise<Payload['repository']> => {
    const answer = await hub.graphql(`{ repository(name: "ssh") { ${FIELDS} message } }`, {});
    answers.push(JSON.stringify(answer));
    return (answer.data as { repository: Payload['repository'] }).repository;
  };

  it('is refused without key and known hosts, with a key or hosts that are none, and with a password', async () => {
    const given = { name: 'refused', url: server.url('fleet') };
    const ssh = { privateKey: key.privateKey, knownHosts: server.knownHosts };
    for (const [input, field] of [
      [{}, ['ssh']], [{ ssh: { ...ssh, privateKey: 'canary' } }, ['ssh', 'privateKey']], [{ ssh: { ...ssh, knownHosts: '*' } }, ['ssh', 'knownHosts']],
      [{ credentials: { username: 'git', password: 'canary' } }, ['credentials']], [{ url: files.url('fleet'), ssh }, ['ssh']],
    ] as const) {
      expect(await mutate('createRepository', { ...given, ...input })).toMatchObject({ repository: null, userErrors: [{ code: 'INVALID_CREDENTIALS', field }] });
    }
  });

  it('is looked at with its key; another host key stops that with a reason of its own; the key goes to no other host', async () => {
    const ssh = { privateKey: key.privateKey, knownHosts: server.knownHosts };
    const written = server.url('fleet').replace('localhost', 'LOCALHOST');
    expect(await mutate('createRepository', { name: 'ssh', url: written, poll: '1s', ssh })).toMatchObject({ repository: { url: server.url('fleet'), hasCredentials: true }, userErrors: [] });
    await until('the hub has looked', 30_000, async () => (typeof (await state())?.lastSuccessAt === 'string' ? true : undefined));
    expect(await mutate('updateRepository', { name: 'ssh', ssh })).toMatchObject({ repository: { version: 1 } });
    for (const url of ['ssh://git@elsewhere.example.com/x', `ssh://git@localhost:1/x`]) {
      expect(await mutate('updateRepository', { name: 'ssh', url })).toMatchObject({ userErrors: [{ code: 'INVALID_CREDENTIALS' }] });
    }
    expect(await mutate('updateRepository', { name: 'ssh', removeCredentials: true })).toMatchObject({ userErrors: [{ code: 'INVALID_CREDENTIALS', field: ['ssh'] }] });

    await server.changeHostKey();
    await mutate('updateRepository', { name: 'ssh', poll: '2s' }); // nobody follows it, so that it would be looked at much later
    await until('the hub sees another host key', 30_000, async () => ((await state())?.reason === 'HOST_KEY_UNKNOWN' ? true : undefined));
    await mutate('updateRepository', { name: 'ssh', ssh: { ...ssh, knownHosts: server.knownHosts } });
    await until('the hub can read again', 30_000, async () => ((await state())?.reason === null ? true : undefined));
    const lines = key.privateKey.split('\n').filter((line) => line.length > 20 && !line.includes('KEY'));
    for (const line of lines) expect(answers.join('\n')).not.toContain(line);
  });
});
