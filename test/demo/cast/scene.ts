/** Names that a cluster knows the demo by; on somebody's own clusters they are the demo's alone. */
export interface Scene {
  readonly agentNamespace: string;
  readonly shop: string;
  readonly nodeReport: string;
  /** Where content may be applied. Undefined: everywhere, and the agent makes the namespaces. */
  readonly applyNamespaces: readonly string[] | undefined;
}

export const THROW_AWAY_SCENE: Scene = { agentNamespace: 'capstan-system', shop: 'shop', nodeReport: 'node-report', applyNamespaces: undefined };
