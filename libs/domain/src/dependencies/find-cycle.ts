/**
 * The first cycle among applications that wait for each other, in `dependsOn` or by gates of their rollouts, as a closed path: `['web', 'certs', 'web']`; undefined when there
 * is none. Names without an entry need nothing. The same answer whatever the order of the map. Pure.
 */
export function findDependencyCycle(dependsOn: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const settled = new Set<string>();
  for (const start of [...dependsOn.keys()].toSorted()) {
    const cycle = follow(start, dependsOn, settled);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

/** Depth first without recursion: a chain may be as long as a project has applications. */
function follow(start: string, dependsOn: ReadonlyMap<string, readonly string[]>, settled: Set<string>): readonly string[] | undefined {
  const path: { readonly name: string; readonly open: string[] }[] = [];
  const enter = (name: string): void => void path.push({ name, open: (dependsOn.get(name) ?? []).toSorted().toReversed() });
  if (!settled.has(start)) enter(start);
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const next = top.open.pop();
    if (next === undefined) {
      settled.add(top.name);
      path.pop();
      continue;
    }
    const back = path.findIndex(({ name }) => name === next);
    if (back >= 0) return [...path.slice(back).map(({ name }) => name), next];
    if (!settled.has(next)) enter(next);
  }
  return undefined;
}
