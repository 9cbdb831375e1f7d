/** Stable codes of what can be wrong with one field of an input. Codes are added, never renamed. */
export type FieldIssueCode =
  | 'REQUIRED'
  | 'INVALID_NAME'
  | 'INVALID_VALUE'
  | 'INVALID_PATH'
  | 'INVALID_REF'
  | 'INVALID_NAMESPACE'
  | 'TOO_LARGE'
  | 'TOO_MANY'
  | 'LABEL_KEY_INVALID'
  | 'LABEL_VALUE_INVALID'
  | 'LABEL_RESERVED'
  | 'FACT_NAME_INVALID'
  | 'FACT_VALUE_INVALID'
  | 'SELECTOR_EMPTY'
  | 'SELECTOR_INVALID'
  | 'SELECTOR_FACTS_ALONE'
  | 'SELECTOR_ALL_WITH_LABELS'
  | 'PARAMETER_INVALID'
  | 'EXPRESSION_INVALID'
  | 'DEPENDENCY_CYCLE';

/** One thing that is wrong with one field, as the API shows it in `userErrors`. */
export interface FieldIssue {
  readonly code: FieldIssueCode;
  /** From the root of the input: `['source', 'path']`, `['selector', 'matchExpressions', '0', 'key']`. */
  readonly path: readonly string[];
  readonly message: string;
  /** What to do about it, where that is not plain. */
  readonly hint?: string;
}

/** The same issues, seen from one level further out. */
export function issuesUnder(prefix: readonly string[], issues: readonly FieldIssue[]): readonly FieldIssue[] {
  return issues.map((issue) => ({ ...issue, path: [...prefix, ...issue.path] }));
}
