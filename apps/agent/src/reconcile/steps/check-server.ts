import { done, objectKey, objectRefOf, parseApiVersion, renderedScopes, type KubeObject, type ObjectRef, type StepOutcome } from '#domain';
import { explainFailure } from '../../apply/explain-failure.js';
import { inParallel } from '../../apply/in-parallel.js';
import { joinRefusals } from '../../apply/join-refusals.js';
import { lostVersion } from '../../apply/renew-version.js';
import { sendObject } from '../../apply/send-object.js';
import { checkReplacement } from './check-replacement.js';
import { reached, type Checked, type Claimed, type Step, type StepContext } from '../step.js';

/**
 * Asks the API server about everything before the first write: validation, admission, rights and conflicts. Objects whose namespace or
 * kind comes with this very release cannot be asked about yet, and what a definition refuses that changes with it, it may take afterwards.
 */
export const checkServer: Step<Claimed, Checked> = async (context, input) => {
  const { ports, reader, runtime, signal } = context;
  const namespace = await findNamespace(context, input);
  if (namespace.kind !== 'done') return namespace;
  const isNamespaceMissing = namespace.value;

  const coming = new Set(input.objects.filter((object) => isNamespace(object) && !input.live.has(objectKey(objectRefOf(object)))).map((object) => object.metadata.name));
  if (isNamespaceMissing) coming.add(input.order.release.namespace);
  const changing = renderedScopes(input.toSend);
  const toReplace = new Map<string, string>();
  // Who does not answer for one object will not for the others: nothing more is asked of him this time.
  let isAway = false;
  const answers = await inParallel(input.toSend, ports.settings.maxCalls, async (object): Promise<StepOutcome> => {
    const ref = objectRefOf(object);
    if (coming.has(ref.namespace) || isAway) return done();
    const answer = await ask(object, ref);
    isAway ||= answer.kind === 'wait';
    return answer;
  });
  const refused = joinRefusals(answers);
  if (refused !== undefined) return refused;
  await reached(context, 'agent.apply.after-server-check');
  return done({ ...input, isNamespaceMissing, toReplace });

  async function ask(object: KubeObject, ref: ObjectRef): Promise<StepOutcome> {
    const resource = await reader.resolve({ ref, apiVersion: object.apiVersion }, signal);
    if (!resource.ok) return resource.error.code === 'KIND_NOT_FOUND' ? done() : explainFailure(ref, resource.error);
    const key = objectKey(ref);
    const answer = await sendObject(context, object, { dryRun: true, before: runtime.sent.get(key), isNew: !input.live.has(key), isAdopted: runtime.entry(key)?.state !== 'LIVE' });
    // A webhook that has side effects may refuse dry runs as such, which says nothing about the object.
    if (!answer.ok && answer.error.code === 'INVALID' && changing.has(`${ref.group}/${ref.kind}`)) return done();
    if (answer.ok || (answer.error.code === 'BAD_REQUEST' && answer.error.message.includes('does not support dry run'))) return done();
    // Nothing can be asked before that is renewed, which is a write: its apply will tell.
    if (lostVersion(answer.error) !== undefined) return done();
    if (answer.error.isImmutable !== true) return explainFailure(ref, answer.error);
    const replaced = await checkReplacement(context, object, input.live.get(key), answer.error);
    if (replaced.kind === 'done') toReplace.set(key, replaced.value);
    return replaced.kind === 'done' ? done() : replaced;
  }
};

/** Whether the application's namespace has to be made; a release that declares it makes it itself. */
async function findNamespace({ reader, signal }: StepContext, input: Claimed): Promise<StepOutcome<boolean>> {
  const name = input.order.release.namespace;
  const hooks = input.areHooksDue ? input.hooks.map(({ object }) => object) : [];
  const isUsed = [...input.toSend, ...hooks].some((object) => object.metadata.namespace === name);
  if (name === '' || !isUsed || input.objects.some((object) => isNamespace(object) && object.metadata.name === name)) return done(false);
  // Where something of ours was just seen, it is.
  if (input.objects.some((object) => object.metadata.namespace === name && input.live.has(objectKey(objectRefOf(object))))) return done(false);
  const ref = { group: '', kind: 'Namespace', namespace: '', name };
  const found = await reader.read({ ref, apiVersion: 'v1' }, { metadataOnly: true, signal });
  // An account that is confined to namespaces may not look at them; whether this one is there shows when it is used.
  if (!found.ok) return found.error.code === 'FORBIDDEN' ? done(false) : explainFailure(ref, found.error);
  return done(found.value === undefined);
}

function isNamespace(object: KubeObject): boolean {
  return object.kind === 'Namespace' && parseApiVersion(object.apiVersion).group === '';
}
