/** What to show of a history, and how. */
export interface HistoryRequest {
  readonly since: Date | undefined;
  readonly limit: number;
  readonly isJson: boolean;
}
