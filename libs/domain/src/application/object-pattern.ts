/** Which objects a rule or a patch is about: every member that is given must match, an absent one matches everything. */
export interface ObjectPattern {
  /** API group; '' is the core group. */
  readonly group?: string;
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
}
