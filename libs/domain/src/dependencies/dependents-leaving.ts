/**
 * Applications that are being removed and go before this one, since they need it. In a circle, which only orders of different times can make, nobody waits: one that this one
 * needs itself, be it through others that are being removed, is not waited for. Pure; sorted.
 *
 * @param leaving what each application that is being removed needs, by its name
 */
export function dependentsLeaving(name: string, leaving: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const dependents = [...leaving].filter(([other, needs]) => other !== name && needs.includes(name)).map(([other]) => other);
  if (dependents.length === 0) return [];
  const needed = new Set<string>();
  for (let open = [...(leaving.get(name) ?? [])], next = open.pop(); next !== undefined; next = open.pop()) {
    if (needed.has(next)) continue;
    needed.add(next);
    open.push(...(leaving.get(next) ?? []));
  }
  return dependents.filter((other) => !needed.has(other)).toSorted();
}
