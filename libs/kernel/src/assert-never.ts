/** Ends an exhaustive switch. The compiler refuses a missing case; at run time an unforeseen value throws and names itself. */
export function assertNever(value: never): never {
  throw new Error(`unforeseen case: ${JSON.stringify(value)}`);
}
