/**
 * Stable codes that say why a target, a repository or an application is in the state it is in. Scripts rely on them:
 * codes are added, never renamed. Each has one sentence of advice, which the API shows as "what to do".
 */
export const REASON_ADVICE = {
  // source
  REPOSITORY_UNREACHABLE: 'Check the URL and that the server answers; it is tried again by itself.',
  REPOSITORY_NOT_FOUND: 'Check the repository URL, or give credentials that may see it.',
  AUTHENTICATION_FAILED: 'Update the credentials of the repository.',
  HOST_KEY_UNKNOWN: 'The SSH server does not show a key that is in the known hosts of the repository: compare its key with what its operator publishes, then update the known hosts.',
  REPOSITORY_RATE_LIMITED: 'The server asks for a pause, which is kept; if this goes on, poll less often and use webhooks.',
  EGRESS_REFUSED: 'Nobody goes where the URL, its index or a redirect leads: use the URL that the message names, or list the host in CAPSTAN_ALLOW_PRIVATE_GIT_HOSTS of the hub or, where the message is the agent\'s, of the agent.',
  REF_NOT_FOUND: 'Create the branch or tag, publish the version, or change the source.',
  HISTORY_REWRITTEN: 'The ref left the history that is followed, or a version changed or went: publish what was there again, or look at the commit and approve exactly this move with approveHistoryRewrite.',
  COMMIT_UNREACHABLE: 'The agent cannot fetch the assigned commit; what runs stays as it is. Check that the commit is still in the repository.',
  CONTENT_MISMATCH: 'What the server gives has another digest than the release: it was changed, or its index lies. What runs stays as it is; publish the content under a new version.',
  PATH_NOT_FOUND: 'Create the path in the repository, or change source.path or source.helm.valuesFiles.',
  PATH_REFUSED: 'Remove the symlink, submodule or hostile name from the watched paths.',
  // render
  KUSTOMIZE_FAILED: 'Fix the kustomization; the message is what kustomize said.',
  HELM_FAILED: 'Fix the chart, a values file or a parameter; the message is what helm said.',
  DEPENDENCY_NOT_VENDORED: 'Run `helm dependency build` in the chart and commit its charts/ directory: nothing is fetched while a chart is rendered.',
  LOCK_OUT_OF_DATE: 'Run `helm dependency update` in the chart and commit Chart.lock and charts/.',
  HOOK_REFUSED: 'Upgrade the agent, which runs hooks; or leave every hook out with source.helm.skipHooks.',
  REMOTE_REFERENCE_REFUSED: 'Register the repository of the remote base in the project and name it among the sources of the application: nothing is fetched while something is rendered.',
  INVALID_YAML: 'Fix the file and line named in the message.',
  DUPLICATE_KEY: 'Remove one of the two keys named in the message.',
  INVALID_OBJECT: 'Give every object apiVersion, kind and metadata.name; fix the annotation if the message names one.',
  DUPLICATE_OBJECT: 'Remove one of the two objects named in the message.',
  NO_OBJECTS: 'The path holds no Kubernetes object; what runs stays as it is. To remove an application, delete it.',
  RESERVED_NAMESPACE: 'Move the object out of the namespace of the agent.',
  PATCH_FAILED: 'Fix the patch of the application that the message names by its place, or its target; what runs stays as it is.',
  RENDER_LIMIT_EXCEEDED: 'Make the rendered output smaller, or split the application.',
  RENDER_TIMED_OUT: 'Rendering took too long; simplify it, or split the application.',
  RENDERER_UNAVAILABLE: 'Install the renderer beside the agent, or point the agent at it.',
  PARAMETER_MISSING: 'Set the label, fact or parameter that the message names.',
  PARAMETER_INVALID: 'Fix the template that the message names.',
  // apply
  KIND_NOT_FOUND: 'The cluster does not know this kind, or not in this version: install its CRD, or remove the object; one whose kind a controller makes belongs into an application of its own, with dependsOn. It is tried again by itself.',
  ADMISSION_DENIED: 'The API server refused the object; the message says why.',
  FORBIDDEN: 'Give the ServiceAccount that applies for this project the right that the message names.',
  FIELD_CONFLICT: 'Another field manager holds the field: remove it from Git, or make that manager let go.',
  OBJECT_CLAIMED: 'Two applications declare this object: remove it from one of them.',
  INVALID_FOR_SERVER: 'The API server found the object invalid; the message says where.',
  IMMUTABLE_FIELD: 'The API server never lets this field change: put the old value back, give the object another name, or set capstan.dev/apply: replace on it to have it deleted and created again.',
  OBJECT_TOO_LARGE: "Split the object: the API server stores at most 1.5 MiB in one. Where the message names the agent's own inventory, run fewer hooks or applications on this cluster.",
  WEBHOOK_UNAVAILABLE: 'The webhook that the message names does not answer, so the API server takes nothing that goes through it: mend it, or remove its configuration. It is tried again by itself.',
  CRD_NOT_ESTABLISHED: 'The custom resource definition is not served yet; it is tried again by itself.',
  NAMESPACE_TERMINATING: 'The namespace is being deleted: remove what the message names as holding it up, or wait. The release goes on by itself when the namespace is back.',
  CLUSTER_BUSY: 'The API server has too much to do and sends the agent away: it goes slower and goes on by itself. If this lasts, find who keeps the server busy, or give the accounts of the agent room of their own by a FlowSchema.',
  CLUSTER_UNAVAILABLE: 'The API server does not answer; it is tried again by itself.',
  DEPENDENCY_NOT_READY: 'Wait: applications of dependsOn are not healthy on this cluster yet; the message names them.',
  DEPENDENTS_NOT_REMOVED: 'Wait: applications that need this one are being removed first; the message names them.',
  PRUNE_NEEDS_APPROVAL: 'Look at the listed objects and approve the prune with its digest, or put them back into Git.',
  REMOVAL_NEEDS_APPROVAL: 'Look at the listed objects and approve their removal with its digest.',
  PRUNE_BLOCKED: 'Objects refuse to go, see their finalizers; they stay tracked and are tried again.',
  OBJECTS_KEPT: 'The listed objects ask by an annotation to stay: they are in the cluster, and nobody tracks them any more. Delete them by hand if nobody needs them.',
  PRUNE_DISABLED: 'sync.prune is false: the listed objects are no longer in Git and still run.',
  // order
  HOOK_RUNNING: 'Wait: the hook that the message names has not ended yet; at its deadline it counts as failed.',
  HOOK_FAILED: 'Look at the log of the hook that the message names, fix it and release again; syncApplication runs it once more.',
  HOOK_TIMED_OUT: 'The hook did not end within its deadline: look at why, or give it longer with capstan.dev/hook-deadline; syncApplication runs it once more.',
  WAVE_PROGRESSING: 'Wait: the objects that the message names are becoming ready, and the waves after them come then.',
  WAVE_NOT_HEALTHY: 'Objects of a wave do not become healthy, so the waves after it were not applied: look at the objects that the message names.',
  // assignment
  SIGNATURE_INVALID: 'The order is not signed by a key of this hub and was refused. If this goes on, somebody tampers with the connection.',
  WRONG_AUDIENCE: 'The order is meant for another cluster and was refused.',
  STALE_GENERATION: 'The order is older than what the cluster holds and was refused.',
  ASSIGNMENT_EXPIRED: 'The order came too late and was refused; the hub sends a fresh one.',
  UNSUPPORTED_ASSIGNMENT: 'The agent of this cluster is too old for the order, so what it holds stays in force: update the agent, and the order is sent by itself.',
  HUB_BEHIND: 'This hub knows less than the cluster, as after the restore of an older database: nothing is changed there until a person raises the fleet epoch.',
  // drift and health
  DRIFT_DETECTED: 'The listed objects differ from Git. With sync.drift HEAL they are put back by themselves.',
  DRIFT_CONTESTED: 'Another controller puts a field back each time: take the field out of Git, ignore it by a rule in sync.ignore, or stop that controller. Healing of this field pauses between tries.',
  FACT_MISMATCH: 'The facts of the cluster no longer match the selector; the target stays until a person removes it with confirmFactMismatch.',
  PROGRESSING: 'Wait: objects are becoming ready.',
  OBJECTS_DEGRADED: 'Look at the listed objects.',
  HEALTH_UNKNOWN: 'Objects could not be judged; the message of the health says which and why. A health rule asks with has() for fields that may be missing.',
  OBJECTS_MISSING: 'Objects are gone from the cluster; they are put back if sync.drift is HEAL.',
  // life of a target
  WAITING_FOR_ROLLOUT: 'Wait, or look at the rollout.',
  NO_STAGE: 'No stage of the rollout takes this cluster: change a selector or limit of the strategy, or add a last stage for all.',
  HELD: 'The target keeps its release after a rollback: lift the hold with liftHold when the newest release may go there.',
  SUPERSEDED: 'Nothing to do: a later rollout has given the target another release before this one was through with it.',
  CLUSTER_OFFLINE: 'The agent of the cluster is away, so it is left out for now; it is caught up by itself once it is back.',
  DEADLINE_EXCEEDED: 'The target did not become healthy within the deadline of its stage: look at its objects, then retry, or release a fix.',
  ROLLED_BACK: 'The rollout was taken back before it came to this target.',
  NOTHING_TO_GO_BACK_TO: 'The target ran nothing before this release, so there is nothing to go back to: release a fix, or delete the application there.',
  WAITING_FOR_SYNC: 'sync.automated is false: run syncApplication.',
  WAITING_FOR_AGENT: 'The agent has not taken the order yet: check that the cluster is connected.',
  APPLYING: 'Wait: the agent applies the release.',
  SYNCED: 'Nothing to do.',
  REMOVED: 'Nothing to do.',
  REMOVING: 'Wait: the agent removes the objects.',
  UNKNOWN_TARGET: 'The agent reports a target that this hub does not know. It is left alone; delete its objects by hand, or create the application again.',
  INTERNAL_ERROR: 'Look into the log of the agent or hub for the id in the message.',
} as const;

export type ReasonCode = keyof typeof REASON_ADVICE;
export const REASON_CODES: readonly ReasonCode[] = Object.freeze(Object.keys(REASON_ADVICE)) as readonly ReasonCode[];

export function isReasonCode(text: string): text is ReasonCode {
  return Object.hasOwn(REASON_ADVICE, text);
}
