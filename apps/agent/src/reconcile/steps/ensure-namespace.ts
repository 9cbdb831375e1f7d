import { awaitNamespace, done, FIELD_MANAGER, type StepOutcome } from '#domain';
import { explainFailure } from '../../apply/explain-failure.js';
import { checkFence, reached, type Checked, type Step, type StepContext } from '../step.js';

/** Creates the application's namespace if it is missing. It carries no mark of ours and is in no inventory, so nothing ever prunes it. */
export const ensureNamespace: Step<Checked, Checked> = async (context, input) => {
  if (!input.isNamespaceMissing) return done(input);
  const created = await createNamespace(context, input.order.release.namespace);
  return created.kind === 'done' ? done(input) : created;
};

/** One that is there already is fine; one that is being deleted has to be waited for. */
export async function createNamespace(context: StepContext, name: string): Promise<StepOutcome> {
  const fenced = checkFence(context);
  if (fenced !== undefined) return fenced;
  const created = await context.ports.cluster.applier.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, { fieldManager: FIELD_MANAGER, signal: context.signal });
  if (!created.ok && created.error.code === 'CONFLICT') return awaitNamespace(name, `namespace ${name} cannot be made while it is being deleted`);
  if (!created.ok && created.error.code !== 'ALREADY_EXISTS') return explainFailure({ group: '', kind: 'Namespace', namespace: '', name }, created.error);
  await reached(context, 'agent.apply.after-namespace');
  return done();
}
