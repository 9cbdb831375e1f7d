import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RealCluster } from '#testing';
import { must } from '../../contract/kubernetes/contract-server.js';
import { parseManifest } from '../../e2e/stage/join-cluster.js';
import { toolPath } from '../../e2e/stage/tool-path.js';
import { runTool } from './run-tool.js';

const CHART = join(import.meta.dirname, '../../../helm/capstan-agent');

/** What the agent's chart installs beside its Deployment: accounts and their rights, as its values ask for. The namespaces are there already. */
export async function installAgentAccounts({ client }: RealCluster, values: string): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'capstan-accounts-'));
  try {
    const file = join(directory, 'values.yaml');
    await writeFile(file, `hub: { host: hub.example.com, caHash: "sha256:${'a'.repeat(64)}" }\n${values}\n`);
    const rendered = await runTool(await toolPath('helm'), ['template', 'capstan-agent', CHART, '--namespace', 'capstan-system', '--values', file], directory);
    if (rendered.exitCode !== 0) throw new Error(rendered.stderr);
    for (const object of parseManifest(rendered.stdout)) if (object.kind !== 'Deployment') must(await client.apply(object, { fieldManager: 'helm' }));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
