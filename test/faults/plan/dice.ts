import type { Random } from '#kernel';

/** Choices from one stream of randomness. */
export class Dice {
  constructor(private readonly random: Random) {}

  /** A whole number of [low, high]. */
  between(low: number, high: number): number {
    return low + Math.floor(this.random.next() * (high - low + 1));
  }

  chance(share: number): boolean {
    return this.random.next() < share;
  }

  pick<T>(from: readonly T[]): T {
    const chosen = from[this.between(0, from.length - 1)];
    if (chosen === undefined) throw new Error('nothing to choose from');
    return chosen;
  }

  /** One of the keys, each as often as its weight says. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K {
    const entries = Object.entries<number>(weights) as [K, number][];
    let left = this.random.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [key, weight] of entries) {
      left -= weight;
      if (left < 0) return key;
    }
    return this.pick(entries)[0];
  }
}
