import type { ClusterId, TargetReport } from '#domain';
import type { ClusterFacts } from '#wire';

/** A report with what proves where it stands: the cluster is the certificate's. */
export interface IngestedReport {
  readonly cluster: ClusterId;
  readonly sessionEpoch: bigint;
  readonly sequence: bigint;
  readonly report: TargetReport;
}

export interface IngestOutcome {
  /** Reports that moved a row; the others were older than what stands, or of a target that is not this cluster's. */
  readonly applied: number;
  readonly unknownTargets: number;
}

export interface ReportStore {
  /**
   * Writes a batch in one transaction: statuses, transitions where sync, health, reason, what runs or the order changed, acknowledgement of tombstones whose target is
   * REMOVED, and one notification for each target. Guarded by (session epoch, sequence, generation); never makes a row.
   */
  write(reports: readonly IngestedReport[]): Promise<IngestOutcome>;
  /** Facts of a cluster, of its current session only. */
  writeFacts(cluster: ClusterId, sessionEpoch: bigint, facts: ClusterFacts): Promise<void>;
}
