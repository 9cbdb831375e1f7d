import type { Case } from '../kill-rule.js';

/** Once more targets of a stage have failed than it may lose, the rollout assigns nothing more forth, unless a person has had it tried again. */
export function budgetsAreKept({ evidence, names, assignments }: Case): readonly string[] {
  const budgets = new Map(evidence.stages.map(({ rollout, name, failureBudget }) => [`${rollout} ${name}`, failureBudget]));
  const forward = assignments.filter(({ way }) => way === 'forward');
  const owner = new Map(forward.map(({ transition, rollout, row }) => [`${transition.target} ${transition.generation}`, { rollout: rollout.id, stage: row.stage }]));
  type Event = { readonly at: number; readonly rollout: string } & ({ readonly kind: 'order'; readonly target: string } | { readonly kind: 'retry' } | { readonly kind: 'mark'; readonly stage: string; readonly target: string; readonly hasFailed: boolean });
  const events: Event[] = [
    ...forward.map(({ transition, rollout }): Event => ({ at: transition.at, rollout: rollout.id, kind: 'order', target: transition.target })),
    ...evidence.audit.filter(({ action }) => action === 'rollout.retry').map(({ at, object }): Event => ({ at, rollout: object, kind: 'retry' })),
    ...evidence.transitions.flatMap(({ kind, at, target, generation, message }): readonly Event[] => {
      const of = kind === 'ROLLOUT' ? owner.get(`${target} ${generation}`) : undefined;
      return of === undefined ? [] : [{ at, ...of, kind: 'mark', target, hasFailed: message === 'FAILED' }];
    }),
  ];
  return [...Map.groupBy(events, ({ rollout }) => rollout)].flatMap(([rollout, own]) => {
    const failed = new Map<string, Set<string>>();
    const problems: string[] = [];
    for (const event of own.toSorted((a, b) => a.at - b.at)) {
      if (event.kind === 'retry') failed.clear();
      if (event.kind === 'mark') {
        const stage = failed.get(event.stage) ?? new Set<string>();
        failed.set(event.stage, stage);
        if (event.hasFailed) stage.add(event.target);
        else stage.delete(event.target);
      }
      const spent = event.kind !== 'order' ? undefined : [...failed].find(([stage, targets]) => targets.size > (budgets.get(`${rollout} ${stage}`) ?? Number.POSITIVE_INFINITY));
      if (event.kind === 'order' && spent !== undefined) problems.push(`${names.rollout(rollout)} assigned ${names.target(event.target)} after ${spent[1].size} had failed in stage ${spent[0]}`);
    }
    return problems;
  });
}
