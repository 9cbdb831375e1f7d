import type { Result } from '#kernel';

export async function valueOf<T, E>(pending: Promise<Result<T, E>> | Result<T, E>): Promise<T> {
  const result = await pending;
  if (result.ok) return result.value;
  throw new Error(`expected a value, got ${JSON.stringify(result.error)}`);
}

export async function errorOf<T, E>(pending: Promise<Result<T, E>>): Promise<E> {
  const result = await pending;
  if (!result.ok) return result.error;
  throw new Error('expected a failure, got a value');
}

export function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}
