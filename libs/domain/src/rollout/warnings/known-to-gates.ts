/** What a project has for the gates of its rollouts. */
export interface KnownToGates {
  /** How many people may approve now; where `isNotByAuthor`, those of them whose address is known. */
  readonly approvers: number;
  /** The project lets nobody approve what he wrote. */
  readonly isNotByAuthor: boolean;
  /** Names of its validators. */
  readonly validators: readonly string[];
  /** Names of its applications. */
  readonly applications: readonly string[];
}
