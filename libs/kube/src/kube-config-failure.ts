/** `path` and `detail` are for people and hold no credential. */
export interface KubeConfigFailure {
  readonly code:
    | 'NOT_IN_CLUSTER'
    | 'KUBECONFIG_UNREADABLE'
    | 'KUBECONFIG_INVALID'
    | 'CONTEXT_NOT_FOUND'
    /** The configuration asks to trust anybody, or to talk in clear text over a network. */
    | 'INSECURE_REFUSED'
    | 'UNSUPPORTED';
  readonly path: string;
  readonly detail: string;
}
