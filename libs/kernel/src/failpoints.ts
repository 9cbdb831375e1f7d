/**
 * Named places where a test may kill the process or throw. Production wires `noFailpoints`.
 * A name is stable and says what has just happened: `agent.apply.after-intent`.
 */
export interface Failpoints {
  hit(name: string): void | Promise<void>;
}

export const noFailpoints: Failpoints = { hit: () => undefined };
