/** One claim of the story. @throws naming it when it does not hold, which fails the demo. */
export function expectThat(claim: string, holds: boolean): void {
  if (!holds) throw new Error(`the story says: ${claim}. It is not so.`);
}
