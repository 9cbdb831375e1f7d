import type { GlobalIdType } from '#domain';
import { parseAnyGlobalId } from '#domain';
import { Field, ID, InterfaceType } from '@nestjs/graphql';
import type { Permission } from '#domain';
import type { Viewer } from '../access/index.js';

@InterfaceType('Node', {
  description: 'Anything with a global id.',
  resolveType: (value: { readonly __typename?: string }) => value.__typename,
})
export abstract class NodeType {
  @Field(() => ID, { description: 'Opaque id, unique over all types.' }) id!: string;
}

/** How one type of node is found: only what the viewer may see, undefined for everything else. */
export interface NodeSource {
  readonly permission: Permission;
  load(viewer: Viewer, id: string): Promise<object | undefined>;
}

/** The types behind `node(id)`. Features register theirs in `onModuleInit`. */
export class NodeSources {
  readonly #sources = new Map<GlobalIdType, NodeSource>();

  register(type: GlobalIdType, source: NodeSource): void {
    this.#sources.set(type, source);
  }

  /** The same from what reads several by their ids, one answer each in their order. */
  registerRead<View>(type: GlobalIdType, permission: Permission, reads: { findByIds(viewer: Viewer, ids: readonly string[]): Promise<readonly (View | undefined)[]> }, toType: (view: View) => object): void {
    this.register(type, {
      permission,
      load: async (viewer, id) => {
        const [found] = await reads.findByIds(viewer, [id]);
        return found === undefined ? undefined : toType(found);
      },
    });
  }

  /** "No such id", "not yours" and "not permitted" give the same answer. */
  async load(viewer: Viewer, globalId: string): Promise<object | undefined> {
    const parsed = parseAnyGlobalId(globalId);
    const source = parsed === undefined ? undefined : this.#sources.get(parsed.type);
    if (parsed === undefined || source === undefined || !viewer.permissions.has(source.permission)) return undefined;
    const node = await source.load(viewer, parsed.id);
    return node === undefined ? undefined : { ...node, __typename: parsed.type };
  }
}
