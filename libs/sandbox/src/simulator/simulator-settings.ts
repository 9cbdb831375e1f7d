/** How workloads behave in a sandbox, where nothing really runs. */
export interface SimulatorSettings {
  /** Milliseconds from the creation of a pod until it is ready, or until a volume claim is bound. @default 300 */
  readonly readyAfterMs: number;
  /** Milliseconds without progress after which a Deployment says ProgressDeadlineExceeded, unless its own progressDeadlineSeconds is shorter. @default 5000 */
  readonly progressDeadlineMs: number;
  /** Milliseconds that a Job's pod runs before it has succeeded. @default 300 */
  readonly jobRunsMs: number;
  /** Pods with an image of this tag never become ready. @default 'broken' */
  readonly brokenTag: string;
  /** Names of the nodes. @default ['node-1'] */
  readonly nodes: readonly string[];
}

export const DEFAULT_SIMULATOR: SimulatorSettings = { readyAfterMs: 300, progressDeadlineMs: 5_000, jobRunsMs: 300, brokenTag: 'broken', nodes: ['node-1'] };
