import type { Evidence } from '../evidence.js';

/**
 * Parameters and labels reach a target in the order in which people set them. The plan numbers each new value higher than the one before, so
 * that on one target no number ever falls.
 */
export function settingsAreCurrent({ writes }: Evidence): readonly string[] {
  const reached = new Map<string, number>();
  return writes.flatMap(({ isByAgent, data, namespace, cluster, name }) =>
    ['tier', 'size'].flatMap((setting) => {
      const number = Number(/-(\d+)$/.exec(data?.[setting] ?? '')?.[1] ?? Number.NaN);
      if (!isByAgent || Number.isNaN(number)) return [];
      const key = `${namespace}@${cluster} ${setting}`;
      const before = reached.get(key) ?? 0;
      reached.set(key, Math.max(before, number));
      return number >= before ? [] : [`${namespace}@${cluster}: ${name} was written with ${setting} ${number} after ${before}`];
    }),
  );
}
