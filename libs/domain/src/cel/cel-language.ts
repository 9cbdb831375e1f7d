/**
 * The dialect of CEL in health and ignore rules: the standard library with its macros, string functions, timestamps and durations, optional
 * fields (`object.?status.?phase`), and lists of mixed types. The variable is `object`. Hub and agent read expressions with the same settings,
 * so that what was accepted compiles later too.
 */
export const CEL_LANGUAGE = {
  unlistedVariablesAreDyn: false,
  homogeneousAggregateLiterals: false,
  enableOptionalTypes: true,
  limits: { maxAstNodes: 2_000, maxDepth: 64, maxListElements: 500, maxMapEntries: 500, maxCallArguments: 16 },
} as const;

/** What an expression speaks of: the live object. */
export const CEL_VARIABLE = 'object';
