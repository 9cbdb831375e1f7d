import type { Json, JsonObject } from '#kernel';
import type { GateRow, RolloutCause, RolloutTargetState, StageState } from '../rollout.types.js';

/** The facts of a rollout that a validator is told. */
export interface ValidatorFacts {
  readonly project: string;
  readonly application: string;
  readonly rollout: { readonly id: string; readonly number: number; readonly cause: RolloutCause; readonly startedAt: Date | undefined };
  readonly release: { readonly number: number; readonly commit: string; readonly author: string | undefined; readonly subject: string | undefined };
  readonly stage: string;
  readonly gate: string;
  readonly side: GateRow['side'];
  /** Of the stage, in order of their names; possibly not all of them. */
  readonly clusters: readonly { readonly name: string; readonly labels: Readonly<Record<string, string>>; readonly state: RolloutTargetState }[];
  readonly clusterCount: number;
  /** Those before this one, in order. */
  readonly earlierStages: readonly { readonly name: string; readonly state: StageState; readonly targets: Readonly<Partial<Record<RolloutTargetState, number>>> }[];
  /** From 1; the same question put again because its answer never came has the same. */
  readonly attempt: number;
  readonly deadline: Date;
}

/** So many bytes of JSON may clusters take; the rest of a question is small. */
const MAX_CLUSTER_BYTES = 48 * 1_024;
const MAX_SUBJECT = 200;

/** The question as it is sent, byte for byte what is signed. Pure. Where the clusters are too many, `clusterCount` still tells how many there are. */
export function validatorQuestion(facts: ValidatorFacts): string {
  const { project, application, rollout, release, stage, gate, side, clusterCount, attempt, deadline } = facts;
  const question: JsonObject = {
    apiVersion: 'capstan.dev/v1', kind: 'RolloutValidation', project, application,
    rollout: { id: rollout.id, number: rollout.number, cause: rollout.cause, startedAt: rollout.startedAt?.toISOString() ?? null },
    release: { number: release.number, commit: release.commit, author: cut(release.author), subject: cut(release.subject) },
    stage, gate, side, clusters: fitting(facts.clusters), clusterCount, earlierStages: facts.earlierStages.map(({ name, state, targets }) => ({ name, state, targets: { ...targets } })),
    attempt, deadline: deadline.toISOString(),
  };
  return JSON.stringify(question);
}

function cut(text: string | undefined): string | null {
  return text === undefined ? null : text.slice(0, MAX_SUBJECT);
}

function fitting(clusters: ValidatorFacts['clusters']): readonly Json[] {
  let left = MAX_CLUSTER_BYTES;
  const fit: Json[] = [];
  for (const { name, labels, state } of clusters) {
    const one = { name, labels: { ...labels }, state };
    left -= Buffer.byteLength(JSON.stringify(one)) + 1;
    if (left < 0) break;
    fit.push(one);
  }
  return fit;
}
