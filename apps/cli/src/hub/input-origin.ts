/** Where what is sent to the hub came from: `fleet.yaml:1: app/shop`, or told for each of its fields; empty for the command line. */
export type InputOrigin = string | ((field: readonly string[]) => string);

export function originOf(about: InputOrigin, field: readonly string[]): string {
  return typeof about === 'string' ? about : about(field);
}
