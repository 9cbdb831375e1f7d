import { fieldOf, isJsonList, isJsonObject, numberOf, textOf, type SourcedDocument } from '#domain';
import type { Json } from '#kernel';
import { RENDER_FAILURE_CODES, type Rendered, type RenderFailure } from '../renderer.js';
import type { ProcessWord, Question } from './render-protocol.js';

/** A word as it is believed: objects are documents still, which the caller judges. */
export type HeardWord = Exclude<ProcessWord, { readonly say: 'OBJECTS' }> | { readonly say: 'OBJECTS'; readonly documents: readonly SourcedDocument[] };

const RENDERERS: readonly string[] = ['PLAIN', 'KUSTOMIZE', 'HELM'] satisfies readonly Rendered['renderer'][];
const LONGEST_TEXT = 4_000;
const LONGEST_PATH = 16_384;

/** Reads what the process that renders says; undefined for what has not the form of a word. Pure. */
export function readProcessWord(frame: Buffer): HeardWord | undefined {
  let word: Json;
  try {
    word = JSON.parse(frame.toString('utf8')) as Json;
  } catch {
    return undefined; // no JSON is no word, as any other garbage
  }
  switch (textOf(word, 'say')) {
    case 'READY':
      return { say: 'READY' };
    case 'ASK': {
      const id = numberOf(word, 'id');
      const question = readQuestion(fieldOf(word, 'question'));
      return id === undefined || question === undefined ? undefined : { say: 'ASK', id, question };
    }
    case 'OBJECTS':
      return readDocuments(fieldOf(word, 'objects'), fieldOf(word, 'sources'));
    case 'RENDERED': {
      const renderer = textOf(word, 'renderer');
      return renderer !== undefined && isRenderer(renderer) ? { say: 'RENDERED', renderer } : undefined;
    }
    case 'FAILED': {
      const failure = readFailure(fieldOf(word, 'failure'));
      return failure === undefined ? undefined : { say: 'FAILED', failure };
    }
    case 'BROKE':
      return { say: 'BROKE', at: (textOf(word, 'at') ?? '').slice(0, LONGEST_TEXT) };
    default:
      return undefined;
  }
}

function readQuestion(value: Json | undefined): Question | undefined {
  const what = textOf(value, 'what');
  switch (what) {
    case 'list':
    case 'read':
    case 'entry':
    case 'resolve': {
      const path = textOf(value, 'path');
      return path === undefined || !isPath(path) ? undefined : { what, path };
    }
    case 'readMany': {
      const paths = fieldOf(value, 'paths');
      return isJsonList(paths) && paths.every(isPath) ? { what, paths } : undefined;
    }
    case 'capabilities':
      return { what };
    case 'program': {
      const name = textOf(value, 'name');
      return name === 'kustomize' || name === 'helm' ? { what, name } : undefined;
    }
    default:
      return undefined;
  }
}

function readDocuments(objects: Json | undefined, sources: Json | undefined): HeardWord | undefined {
  if (!isJsonList(objects) || !isJsonList(sources) || objects.length !== sources.length) return undefined;
  const documents: SourcedDocument[] = [];
  for (const [index, value] of objects.entries()) {
    const source = sources[index];
    const [file, line] = [textOf(source, 'file'), numberOf(source, 'line')];
    if (source !== null && (file === undefined || line === undefined)) return undefined;
    documents.push({ value, line: line ?? 1, ...(file === undefined ? {} : { file }) });
  }
  return { say: 'OBJECTS', documents };
}

function readFailure(value: Json | undefined): RenderFailure | undefined {
  const code = RENDER_FAILURE_CODES.find((known) => known === fieldOf(value, 'code'));
  const [message, file, line, retryable] = [textOf(value, 'message'), textOf(value, 'file'), numberOf(value, 'line'), fieldOf(value, 'retryable')];
  if (!isJsonObject(value) || code === undefined || message === undefined || typeof retryable !== 'boolean') return undefined;
  return { code, message: message.slice(0, LONGEST_TEXT), retryable, ...(file === undefined ? {} : { file: file.slice(0, LONGEST_TEXT) }), ...(line === undefined ? {} : { line }) };
}

function isRenderer(text: string): text is Rendered['renderer'] {
  return RENDERERS.includes(text);
}

function isPath(value: Json): value is string {
  return typeof value === 'string' && value.length <= LONGEST_PATH;
}
