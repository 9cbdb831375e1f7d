import { describe, expect, it } from '@jest/globals';
import { PERMISSIONS } from '#domain';
import { RESOLVER_NAME_METADATA, RESOLVER_TYPE_METADATA } from '@nestjs/graphql';
import { FEATURES } from '../../apps/hub/src/features.js';
import { PERMISSION_KEY } from '../../apps/hub/src/platform/access/index.js';
import { NodeResolver } from '../../apps/hub/src/platform/api/node.resolver.js';
import { resolversOf } from '../../apps/hub/src/resolvers-of.js';

/** Operations without a permission. This list may only shrink. */
const knownExceptions: readonly string[] = [];

interface Operation {
  readonly name: string;
  readonly permission: unknown;
}

function operations(): readonly Operation[] {
  const found: Operation[] = [];
  for (const resolver of [...resolversOf(FEATURES), NodeResolver]) {
    const prototype = resolver.prototype as Record<string, unknown>;
    for (const method of Object.getOwnPropertyNames(prototype)) {
      const handler = prototype[method];
      if (method === 'constructor' || typeof handler !== 'function') continue;
      const kind: unknown = Reflect.getMetadata(RESOLVER_TYPE_METADATA, handler);
      if (kind !== 'Query' && kind !== 'Mutation' && kind !== 'Subscription') continue;
      const name: unknown = Reflect.getMetadata(RESOLVER_NAME_METADATA, handler);
      found.push({ name: `${kind}.${typeof name === 'string' ? name : method}`, permission: Reflect.getMetadata(PERMISSION_KEY, handler) ?? Reflect.getMetadata(PERMISSION_KEY, resolver) });
    }
  }
  return found;
}

describe('permissions', () => {
  it('are declared by every query, mutation and subscription', () => {
    expect(operations().length).toBeGreaterThan(5);
    expect(operations().filter(({ permission }) => permission === undefined).map(({ name }) => name)).toEqual(knownExceptions);
  });

  it('are ones that a role can grant', () => {
    expect(operations().filter(({ permission }) => !PERMISSIONS.some((known) => known === permission)).map(({ name }) => name)).toEqual(knownExceptions);
  });

  it('of a mutation are more than a right to read', () => {
    const weak = operations().filter(({ name, permission }) => name.startsWith('Mutation.') && String(permission).endsWith(':read'));
    expect(weak.map(({ name }) => name)).toEqual([]);
  });
});
