/** Images with this tag never run: pods that use one stay pending. */
export const BROKEN_TAG = 'broken';
/** Pods with an image of this tag that are meant to end, end in failure. */
export const FAILING_TAG = 'fails';

/**
 * What kwok plays, in its Stage language: a node becomes ready, a pod becomes ready (unless an image is broken), a pod that is meant to end does,
 * a pod that is deleted goes. One YAML document each. Where a deletion has no grace, as that of a pod that has ended, the API server waits for no
 * kubelet: kwok deletes by name, and would hit the pod that has taken the name since.
 */
export const KWOK_STAGES = [
  stage('node-ready', 'Node', ['.status.conditions.[] | select( .type == "Ready" ) | .status', 'NotIn', ['True']], `
      {{ $now := Now }}
      addresses:
      - address: {{ NodeIP | Quote }}
        type: InternalIP
      allocatable: { cpu: 1k, memory: 1Ti, ephemeral-storage: 1Ti, pods: "100000" }
      capacity: { cpu: 1k, memory: 1Ti, ephemeral-storage: 1Ti, pods: "100000" }
      conditions:
      {{ range NodeConditions }}
      - lastHeartbeatTime: {{ $now | Quote }}
        lastTransitionTime: {{ $now | Quote }}
        message: {{ .message | Quote }}
        reason: {{ .reason | Quote }}
        status: {{ .status | Quote }}
        type: {{ .type | Quote }}
      {{ end }}
      nodeInfo:
        architecture: amd64
        bootID: ""
        containerRuntimeVersion: kwok
        kernelVersion: kwok
        kubeProxyVersion: kwok
        kubeletVersion: kwok
        machineID: ""
        operatingSystem: linux
        osImage: ""
        systemUUID: ""
      phase: Running`),
  stage('pod-ready', 'Pod', ['.status.phase', 'In', ['Pending']], `
      {{ $now := Now }}
      conditions:
      {{ range list "Initialized" "Ready" "ContainersReady" }}
      - lastTransitionTime: {{ $now | Quote }}
        status: "True"
        type: {{ . | Quote }}
      {{ end }}
      containerStatuses:
      {{ range .spec.containers }}
      - image: {{ .image | Quote }}
        name: {{ .name | Quote }}
        ready: true
        started: true
        restartCount: 0
        state:
          running:
            startedAt: {{ $now | Quote }}
      {{ end }}
      initContainerStatuses:
      {{ range .spec.initContainers }}
      - image: {{ .image | Quote }}
        name: {{ .name | Quote }}
        ready: true
        restartCount: 0
        state:
          terminated:
            exitCode: 0
            finishedAt: {{ $now | Quote }}
            reason: Completed
            startedAt: {{ $now | Quote }}
      {{ end }}
      hostIP: {{ NodeIPWith .spec.nodeName | Quote }}
      podIP: {{ PodIPWith .spec.nodeName ( or .spec.hostNetwork false ) ( or .metadata.uid "" ) ( or .metadata.name "" ) ( or .metadata.namespace "" ) | Quote }}
      phase: Running
      startTime: {{ $now | Quote }}`, [[`.spec.containers.[] | select( .image | endswith(":${BROKEN_TAG}") ) | .name`, 'DoesNotExist', []]]),
  stage('pod-complete', 'Pod', ['.status.phase', 'In', ['Running']], `
      {{ $now := Now }}
      containerStatuses:
      {{ range .spec.containers }}
      - image: {{ .image | Quote }}
        name: {{ .name | Quote }}
        ready: false
        started: false
        restartCount: 0
        state:
          terminated:
            exitCode: 0
            finishedAt: {{ $now | Quote }}
            reason: Completed
            startedAt: {{ $now | Quote }}
      {{ end }}
      phase: Succeeded`, [['.spec.restartPolicy', 'NotIn', ['Always']], [failing(), 'DoesNotExist', []]]),
  stage('pod-fail', 'Pod', ['.status.phase', 'In', ['Running']], `
      phase: Failed
      reason: Error
      message: it was meant to fail`, [['.spec.restartPolicy', 'NotIn', ['Always']], [failing(), 'Exists', []]]),
  `apiVersion: kwok.x-k8s.io/v1alpha1
kind: Stage
metadata: { name: pod-delete }
spec:
  resourceRef: { apiGroup: v1, kind: Pod }
  selector:
    matchExpressions:
    - { key: .metadata.deletionTimestamp, operator: Exists }
    - { key: .metadata.deletionGracePeriodSeconds | tostring, operator: NotIn, values: ["0"] }
  next: { delete: true }
`,
].join('---\n');

function failing(): string {
  return `.spec.containers.[] | select( .image | endswith(":${FAILING_TAG}") ) | .name`;
}

type Expression = readonly [key: string, operator: string, values: readonly string[]];

function stage(name: string, kind: string, when: Expression, statusTemplate: string, more: readonly Expression[] = []): string {
  const all: readonly Expression[] = [['.metadata.deletionTimestamp', 'DoesNotExist', []], when, ...more];
  const matchExpressions = all.map(([key, operator, values]) => (values.length === 0 ? { key, operator } : { key, operator, values }));
  return `apiVersion: kwok.x-k8s.io/v1alpha1
kind: Stage
metadata: { name: ${name} }
spec:
  resourceRef: { apiGroup: v1, kind: ${kind} }
  selector: ${JSON.stringify({ matchExpressions })}
  next:
    statusTemplate: |${statusTemplate}
`;
}
