import { err, ok, type Result } from '#kernel';

export type Labels = Readonly<Record<string, string>>;

interface Requirement {
  readonly key: string;
  readonly operator: 'in' | 'notin' | 'exists' | 'absent';
  readonly values: readonly string[];
}

/** A parsed label selector: all requirements hold. */
export type LabelSelector = readonly Requirement[];

const KEY = String.raw`([A-Za-z0-9][-A-Za-z0-9_./]*)`;
const SET_FORM = new RegExp(String.raw`^${KEY}\s+(in|notin)\s+\(([^()]*)\)$`);
const EQUALITY_FORM = new RegExp(String.raw`^${KEY}\s*(==|=|!=)\s*([-A-Za-z0-9_.]*)$`);
const EXISTS_FORM = new RegExp(String.raw`^(!?)\s*${KEY}$`);

/** Reads Kubernetes' string form: `app=web,tier in (a,b),!canary`. An empty text selects everything. */
export function parseLabelSelector(text: string): Result<LabelSelector, string> {
  const requirements: Requirement[] = [];
  for (const part of text.split(/,(?![^(]*\))/).map((piece) => piece.trim())) {
    if (part === '' && text.trim() === '') break;
    const requirement = parseRequirement(part);
    if (requirement === undefined) return err(`unable to parse requirement: ${JSON.stringify(part)}`);
    requirements.push(requirement);
  }
  return ok(requirements);
}

export function matchesLabels(selector: LabelSelector, labels: Labels): boolean {
  return selector.every(({ key, operator, values }) => {
    const value = labels[key];
    if (operator === 'exists') return value !== undefined;
    if (operator === 'absent') return value === undefined;
    const isIn = value !== undefined && values.includes(value);
    return operator === 'in' ? isIn : !isIn;
  });
}

function parseRequirement(part: string): Requirement | undefined {
  const set = SET_FORM.exec(part);
  if (set !== null) return { key: set[1] ?? '', operator: set[2] === 'in' ? 'in' : 'notin', values: (set[3] ?? '').split(',').map((value) => value.trim()) };
  const equality = EQUALITY_FORM.exec(part);
  if (equality !== null) return { key: equality[1] ?? '', operator: equality[2] === '!=' ? 'notin' : 'in', values: [equality[3] ?? ''] };
  const exists = EXISTS_FORM.exec(part);
  return exists === null ? undefined : { key: exists[2] ?? '', operator: exists[1] === '!' ? 'absent' : 'exists', values: [] };
}
