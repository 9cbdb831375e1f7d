import { errorName, err, ok } from '#kernel';
import { Helm } from '../helm.js';
import { Jail } from '../jail.js';
import { Kustomize } from '../kustomize.js';
import { ManifestRenderer } from '../manifest-renderer.js';
import { ObjectPatcher } from '../patch-objects.js';
import type { ProgramName } from '../render-programs.js';
import type { RenderRequest } from '../renderer.js';
import { AgentLine } from './agent-line.js';
import { AskingSourceTree } from './asking-source-tree.js';
import { OBJECTS_FRAME_BYTES, type RenderOrder } from './render-protocol.js';
import { sayRendered } from './say-rendered.js';

/** Of a program inside: so that its own deadline speaks before that of the whole render does. */
const SHARE_OF_A_PROGRAM = 0.9;

/*
 * The process that renders, once, and ends: what it parses are the bytes of strangers. The agent gives it an empty environment, limits of the kernel, and
 * no network where the machine can; Node's permissions let it read its own program and write its private directory, and it gives up what it does not need.
 */
const line = new AgentLine(process.stdin, process.stdout, endWithGroup);
line.say({ say: 'READY' });
try {
  await render(await line.order);
} catch (error) {
  line.say({ say: 'BROKE', at: `${errorName(error)}${error instanceof Error ? (error.stack ?? '').split('\n').filter((entry) => /^\s+at /.test(entry)).slice(0, 8).map((entry) => ` ${entry.trim().replace(/\(?file:.*\//, '(')}`).join('') : ''}` });
}

async function render({ request, tree, limits, directory }: RenderOrder): Promise<void> {
  if (request.renderer === 'PLAIN' && (request.patches ?? []).length === 0) giveUp('child', 'fs.write', 'fs.read');
  const inside = { ...limits, timeoutMs: Math.floor(limits.timeoutMs * SHARE_OF_A_PROGRAM) };
  const inJail =
    <T>(name: ProgramName, make: (...given: ConstructorParameters<typeof Kustomize>) => T) =>
    async () => {
      const { answer } = await line.ask('program', { what: 'program', name });
      return answer.ok ? ok(make(new Jail(answer.value, inside, true), directory, inside)) : err(answer.error);
    };
  const renderer = new ManifestRenderer(inJail('kustomize', (...given) => new Kustomize(...given)), inJail('helm', (...given) => new Helm(...given)), inJail('kustomize', (...given) => new ObjectPatcher(...given)), limits);
  const helm: RenderRequest['helm'] = { ...request.helm, capabilities: async () => (await line.ask('capabilities', { what: 'capabilities' })).answer };
  const rendered = await renderer.render(new AskingSourceTree(line, tree.commit, tree.rootTreeId), { ...request, helm }, new AbortController().signal);
  sayRendered(rendered, limits, OBJECTS_FRAME_BYTES, line);
}

/** Permissions of Node, where this version can drop them. */
function giveUp(...scopes: readonly string[]): void {
  const { permission } = process;
  if (permission === undefined || !('drop' in permission) || typeof permission.drop !== 'function') return;
  for (const scope of scopes) permission.drop(scope);
}

/** Without the agent nobody wants the result; the group holds kustomize and helm too. */
function endWithGroup(): void {
  process.kill(0, 'SIGKILL');
}
