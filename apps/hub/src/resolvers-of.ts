import 'reflect-metadata';
import type { DynamicModule, Provider, Type } from '@nestjs/common';
import { RESOLVER_TYPE_METADATA } from '@nestjs/graphql';

/** Every resolver class of the modules and of what they import, found without starting anything. */
export function resolversOf(modules: readonly (Type | DynamicModule)[]): readonly Type[] {
  const seen = new Set<Type | DynamicModule>();
  const resolvers = new Set<Type>();
  const visit = (module: Type | DynamicModule): void => {
    if (seen.has(module)) return;
    seen.add(module);
    const dynamic = 'module' in module ? module : undefined;
    const target = 'module' in module ? module.module : module;
    const declared = <T>(key: 'providers' | 'imports'): readonly T[] => [...((Reflect.getMetadata(key, target) as T[] | undefined) ?? []), ...((dynamic?.[key] as T[] | undefined) ?? [])];
    for (const provider of declared<Provider>('providers')) {
      if (typeof provider === 'function' && Reflect.hasMetadata(RESOLVER_TYPE_METADATA, provider)) resolvers.add(provider);
    }
    for (const imported of declared<Type | DynamicModule | Promise<DynamicModule>>('imports')) if (!(imported instanceof Promise)) visit(imported);
  };
  for (const module of modules) visit(module);
  return [...resolvers];
}
