import type { ResourceType } from './resource-type.js';

/** What a cluster serves now: the built-in resources (one table shared by all clusters) and its established custom ones. */
export class ResourceRegistry {
  private readonly custom = new Map<string, readonly ResourceType[]>();
  private served: readonly ResourceType[];

  constructor(private readonly builtin: readonly ResourceType[]) {
    this.served = builtin;
  }

  /** Serves the versions of a definition, in place of those that it had. */
  establish(definitionName: string, types: readonly ResourceType[]): void {
    this.custom.set(definitionName, types);
    this.served = [...this.builtin, ...[...this.custom.values()].flat()];
  }

  retire(definitionName: string): void {
    if (this.custom.delete(definitionName)) this.served = [...this.builtin, ...[...this.custom.values()].flat()];
  }

  all(): readonly ResourceType[] {
    return this.served;
  }

  find(group: string, version: string, plural: string): ResourceType | undefined {
    return this.served.find((type) => type.plural === plural && type.group === group && type.version === version);
  }

  /** Whether kinds of the version are there from the start. */
  isBuiltin(group: string, version: string): boolean {
    return this.builtin.some((type) => type.group === group && type.version === version);
  }

  /** Any served version of a kind: for owner references and the like. */
  ofKind(group: string, kind: string): ResourceType | undefined {
    return this.served.find((type) => type.kind === kind && type.group === group);
  }

  /** Any served version of a table of the store. */
  ofTable(table: string): ResourceType | undefined {
    return this.served.find((type) => `${type.group}/${type.plural}` === table);
  }
}
