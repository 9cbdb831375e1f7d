import type { StageHub } from '../stage/start-hub.js';
import type { CanaryStage } from './canary-stage.js';

const CREATE = 'mutation Refused($input: CreateRepositoryInput!) { createRepository(input: $input) { repository { id } userErrors { code field message hint details } } }';
const UPDATE = 'mutation Refused($input: UpdateRepositoryInput!) { updateRepository(input: $input) { repository { id } userErrors { code field message hint details } } }';

/** A repository that exists, and the secret that requests about it carry. */
export interface Refused {
  readonly name: string;
  readonly url: string;
  readonly secret: string;
}

/** URLs that carry a secret, by the API and by the command line. What was answered, each of them a refusal. */
export async function urlsWithSecrets(stage: CanaryStage, hub: StageHub, { name, secret }: Refused): Promise<readonly string[]> {
  const text = encodeURIComponent(secret);
  const answers: string[] = [];
  for (const url of [`http://reader:${text}@localhost/x.git`, `https://${text}@localhost/x.git`, `http://localhost/x.git?token=${text}`, `ssh://git:${text}@localhost/x.git`, `file:///x/${text}`]) {
    answers.push(await stage.graphql(hub, CREATE, { input: { name: 'refused', url } }), await stage.graphql(hub, UPDATE, { input: { name, url } }));
    const { exitCode, said } = await stage.capstan(hub, ['apply', '-f', '-'], manifest('refused', { url }));
    answers.push(`${exitCode === 0 ? 'applied' : 'INVALID_URL'} ${said}`);
  }
  return answers;
}

/** Requests that are wrong in something beside a secret, or in the secret itself. */
export async function wrongBesideASecret(stage: CanaryStage, hub: StageHub, { name, url, secret }: Refused): Promise<void> {
  const credentials = { username: 'reader', password: secret };
  const inputs = [
    { url, credentials, poll: 'often' },
    { url, credentials, unknown: true },
    { credentials, webhookSecret: secret },
    { url, credentials: { username: `${secret}:`, password: secret } },
    { url, credentials: { username: 'reader', password: `${secret}\n` } },
    { url, credentials: { username: 'reader', password: [secret] } },
    { url, credentials: secret },
    { url, credentials: { username: 'reader', password: secret, token: secret } },
    { url, webhookSecret: `${secret}\u0000` },
    { url, webhookSecret: [secret] },
    { url: url.replace('http', 'ssh'), ssh: { privateKey: secret, knownHosts: secret } },
    { url: url.replace('http', 'ssh'), ssh: { privateKey: secret } },
  ];
  for (const input of inputs) {
    await stage.graphql(hub, CREATE, { input: { name: 'refused', ...input } });
    await stage.graphql(hub, UPDATE, { input: { name, ...input, unknown: 'x' } });
  }
  // The command line hands a spec on as it is; a few of these show what it makes of the answers.
  for (const input of inputs.slice(0, 3)) await stage.capstan(hub, ['apply', '-f', '-'], manifest('refused', input));
  await stage.capstan(hub, ['apply', '-f', '-'], `apiVersion: capstan.dev/v1\nkind: Repository\nmetadata: { name: refused }\nspec: { credentials: { password: ${JSON.stringify(secret)}, password: x } }\n`);
  await stage.graphql(hub, `mutation { createRepository(input: { name: "refused", url: 7, credentials: { username: "reader", password: ${JSON.stringify(secret)} } }) { repository { id } } }`);
  await stage.graphql(hub, `mutation { createRepository(input: { name: "refused", credentials: ${JSON.stringify(secret)} }) { repository { id } } }`);
  await stage.graphql(hub, `mutation { createRepository(input: { name: "refused", credentials: { password ${JSON.stringify(secret)} } }) { repository { id } } }`);
  await stage.answer('GraphQL', 'broken JSON', `${hub.api.url}/graphql`, {
    method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${hub.api.token}` }, body: `{"query": "x", "variables": {"password": ${JSON.stringify(secret)}`,
  });
}

/** Webhooks with the right secret and with a wrong one, as a token and as what is taken for a signature. */
export async function webhooksWith(stage: CanaryStage, hub: StageHub, repository: string, tokens: readonly string[]): Promise<void> {
  type Answer = { readonly repository: { readonly webhookUrls: Readonly<Record<string, string>> } };
  const paths = (await hub.api.query<Answer>('query Hooks($name: String!) { repository(name: $name) { webhookUrls { gitlab github generic } } }', { name: repository })).repository.webhookUrls;
  for (const token of tokens) {
    const headers = { 'x-gitlab-token': token, 'x-gitlab-event': 'Push Hook', 'x-hub-signature-256': `sha256=${token}`, 'x-github-event': 'push', 'webhook-signature': `v1,${token}`, 'content-type': 'application/json' };
    for (const path of Object.values(paths)) await stage.answer('webhooks', path, new URL(path, hub.api.url).href, { method: 'POST', headers, body: JSON.stringify({ ref: 'refs/heads/main' }) });
  }
}

function manifest(name: string, spec: object): string {
  return JSON.stringify({ apiVersion: 'capstan.dev/v1', kind: 'Repository', metadata: { name }, spec });
}
