import { GraphQLError, Kind, type ASTVisitor, type DocumentNode, type FragmentDefinitionNode, type SelectionSetNode, type ValidationContext, type ValidationRule } from 'graphql';

export const DOCUMENT_LIMITS = { characters: 32_768, tokens: 2_000, depth: 12, introspectionDepth: 20, aliases: 30, directives: 30, rootFields: 20 } as const;

/**
 * What a document may cost, decided before it runs and from its text alone. Fragments are followed where they are spread, each
 * measured once; cycles end the walk and are refused by GraphQL's own rules.
 */
export const documentLimits: ValidationRule = (context: ValidationContext): ASTVisitor => {
  let aliases = 0;
  let directives = 0;
  const count = (node: { readonly alias?: unknown; readonly directives?: readonly unknown[] }): void => {
    aliases += node.alias === undefined ? 0 : 1;
    directives += node.directives?.length ?? 0;
  };
  return {
    Field: count,
    FragmentSpread: count,
    InlineFragment: count,
    Document: {
      leave(document) {
        const measure = measureOf(document);
        for (const definition of document.definitions) {
          if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
          const { depth, introspection } = measure(definition.selectionSet);
          if (depth > DOCUMENT_LIMITS.depth) context.reportError(refused(`it is more than ${DOCUMENT_LIMITS.depth} levels deep`));
          if (introspection > DOCUMENT_LIMITS.introspectionDepth) context.reportError(refused(`its introspection is more than ${DOCUMENT_LIMITS.introspectionDepth} levels deep`));
          if (definition.selectionSet.selections.length > DOCUMENT_LIMITS.rootFields) context.reportError(refused(`it asks for more than ${DOCUMENT_LIMITS.rootFields} things at the root`));
        }
        if (aliases > DOCUMENT_LIMITS.aliases) context.reportError(refused(`it has more than ${DOCUMENT_LIMITS.aliases} aliases`));
        if (directives > DOCUMENT_LIMITS.directives) context.reportError(refused(`it has more than ${DOCUMENT_LIMITS.directives} directives`));
      },
    },
  };
};

interface Measure {
  readonly depth: number;
  /** Depth inside `__schema` and `__type`, which the standard introspection query needs more of. */
  readonly introspection: number;
}

function measureOf(document: DocumentNode): (selections: SelectionSetNode) => Measure {
  const fragments = new Map(document.definitions.filter((d): d is FragmentDefinitionNode => d.kind === Kind.FRAGMENT_DEFINITION).map((d) => [d.name.value, d]));
  const measured = new Map<string, Measure>();
  const walking = new Set<string>();
  const NOTHING: Measure = { depth: 0, introspection: 0 };

  const ofFragment = (name: string): Measure => {
    const fragment = fragments.get(name);
    const known = measured.get(name);
    if (known !== undefined) return known;
    if (fragment === undefined || walking.has(name)) return NOTHING;
    walking.add(name);
    const measure = ofSelections(fragment.selectionSet);
    walking.delete(name);
    measured.set(name, measure);
    return measure;
  };
  const ofSelections = (set: SelectionSetNode): Measure => {
    let depth = 0;
    let introspection = 0;
    for (const selection of set.selections) {
      const inner =
        selection.kind === Kind.FRAGMENT_SPREAD ? ofFragment(selection.name.value) : selection.selectionSet === undefined ? NOTHING : ofSelections(selection.selectionSet);
      if (selection.kind !== Kind.FIELD) {
        depth = Math.max(depth, inner.depth);
        introspection = Math.max(introspection, inner.introspection);
      } else if (selection.name.value.startsWith('__')) introspection = Math.max(introspection, inner.depth + 1, inner.introspection + 1);
      else {
        depth = Math.max(depth, inner.depth + 1);
        introspection = Math.max(introspection, inner.introspection);
      }
    }
    return { depth, introspection };
  };
  return ofSelections;
}

function refused(why: string): GraphQLError {
  return new GraphQLError(`The document is refused: ${why}.`, { extensions: { code: 'DOCUMENT_REFUSED' } });
}
