/** What the checks of a gate came to in one cluster, or with the hub. */
export interface GateCheckView {
  /** undefined: the hub. */
  readonly cluster: string | undefined;
  readonly verdict: 'PASSED' | 'FAILED' | undefined;
  readonly passes: number;
  readonly failures: number;
  readonly message: string;
  readonly value: number | undefined;
  readonly at: Date | undefined;
}
