/** Where a TCP server listens. */
export interface Route {
  readonly host: string;
  readonly port: number;
}
