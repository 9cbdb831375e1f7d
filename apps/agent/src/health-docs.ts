import { BUILT_IN_RULES, CROSSPLANE_RESOURCE, type KindRules, type Outcome } from '#domain';

const COLUMNS: readonly Outcome[] = ['HEALTHY', 'PROGRESSING', 'DEGRADED', 'SUSPENDED'];

/** The page of kinds whose health is known, from the table that objects are dispatched by. */
export function healthDocs(): string {
  const sections = [...BUILT_IN_RULES].map(([origin, rules]) => [`## ${origin}`, '', ...tableOf(origin === 'Crossplane' ? [...rules.map(rowOf), ANY_OF_CROSSPLANE] : rules.map(rowOf)), ''].join('\n'));
  return [
    '# Kinds whose health is known',
    '',
    '<!-- Made by npm run gen from libs/domain/src/health. -->',
    '',
    'What [health](health.md) says of each kind, and when. An empty cell: the rule never says so. What holds for every kind (being deleted, an earlier generation,',
    'the conditions `Stalled` and `Reconciling`) goes before.',
    '',
    ...sections,
  ].join('\n');
}

interface TableRow {
  readonly kinds: string;
  readonly outcomes: KindRules['outcomes'];
}

const ANY_OF_CROSSPLANE: TableRow = { kinds: 'managed resources, composite resources and claims, of any kind', outcomes: CROSSPLANE_RESOURCE.outcomes };

function rowOf({ group, kinds, outcomes }: KindRules): TableRow {
  return { kinds: `${kinds.map((kind) => `\`${kind}\``).join(', ')}${group === '' ? '' : ` (${group})`}`, outcomes };
}

function tableOf(rows: readonly TableRow[]): readonly string[] {
  return [
    `| kind | ${COLUMNS.map((column) => `\`${column}\``).join(' | ')} |`,
    `|---|${COLUMNS.map(() => '---').join('|')}|`,
    ...rows.map(({ kinds, outcomes }) => `| ${kinds} | ${COLUMNS.map((column) => outcomes[column] ?? '').join(' | ')} |`),
  ];
}
