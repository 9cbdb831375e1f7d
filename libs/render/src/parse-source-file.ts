import { parseKubernetesYamlInSteps, type JsonDocument, type YamlFailure } from '#domain';
import { ok, type Result } from '#kernel';
import { setImmediate } from 'node:timers/promises';
import { refuse, yamlFailure } from './render-failures.js';
import type { RenderFailure } from './renderer.js';

/** The documents of a source file, or where it is not valid. Text is UTF-8, with or without a byte order mark. */
export async function parseSourceFile(bytes: Uint8Array, file: string, signal: AbortSignal): Promise<Result<readonly JsonDocument[], RenderFailure>> {
  const text = decodeUtf8(bytes);
  if (text === undefined) return refuse('INVALID_YAML', `${file}: not UTF-8`, file, 1);
  const parsed = await parseYielding(text, file, signal);
  return parsed.ok ? ok(parsed.value) : yamlFailure(parsed.error);
}

/** Parsing is the long part of a render: heartbeats and other targets go on meanwhile. */
export async function parseYielding(text: string, file: string, signal: AbortSignal): Promise<Result<readonly JsonDocument[], YamlFailure>> {
  const steps = parseKubernetesYamlInSteps(text, file);
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done === true) return step.value;
    await setImmediate();
    signal.throwIfAborted();
  }
}

/** Undefined where the bytes are no UTF-8: a replacement character would change content in silence. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
