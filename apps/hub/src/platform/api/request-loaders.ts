import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { GqlExecutionContext } from '@nestjs/graphql';
import DataLoader from 'dataloader';

/**
 * The DataLoaders of one request; nothing outlives it. A subscription batches but remembers nothing, as each of its events
 * must see what is true then.
 */
export class RequestLoaders {
  readonly #loaders = new Map<symbol, DataLoader<string, unknown>>();

  constructor(private readonly remember: boolean) {}

  /** The loader named by `key`; `load` answers one value per id, in order, undefined for what is missing or not the viewer's. */
  get<V>(key: symbol, load: (ids: readonly string[]) => Promise<readonly (V | undefined)[]>): DataLoader<string, V | undefined> {
    const known = this.#loaders.get(key);
    if (known !== undefined) return known as DataLoader<string, V | undefined>;
    const loader = new DataLoader<string, V | undefined>(load, { maxBatchSize: 500, cache: this.remember });
    this.#loaders.set(key, loader as DataLoader<string, unknown>);
    return loader;
  }
}

export const Loaders = createParamDecorator((_data: unknown, context: ExecutionContext): RequestLoaders => {
  return GqlExecutionContext.create(context).getContext<{ readonly loaders: RequestLoaders }>().loaders;
});
