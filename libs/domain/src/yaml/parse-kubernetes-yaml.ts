import { err, ok, type Json, type Result } from '#kernel';
import { Composer, Lexer, LineCounter, Parser, type Document, type ErrorCode } from 'yaml';
import { convertDocument, YAML_LIMITS, YamlRefusal, type ConversionBudget } from './convert-node.js';
import type { YamlFailure } from './yaml-failure.js';

/** One document of a YAML text, as the JSON that Kubernetes would see. */
export interface JsonDocument {
  readonly value: Json;
  /** Where its content begins, from 1. */
  readonly line: number;
}

/** Lexical tokens between two steps: some milliseconds of work. */
const TOKENS_PER_STEP = 4_096;

/**
 * Parses a stream of YAML documents exactly as Kubernetes' own library (sigs.k8s.io/yaml) does, and refuses what that one
 * would take silently: duplicate keys, integers that JSON numbers cannot keep, separators that parsers disagree about.
 * Pure; never throws; bounded by YAML_LIMITS. Documents that are empty or null are left out.
 *
 * @param file what failures call it; it is not opened
 */
export function parseKubernetesYaml(text: string, file: string): Result<readonly JsonDocument[], YamlFailure> {
  const steps = parseKubernetesYamlInSteps(text, file);
  for (let step = steps.next(); ; step = steps.next()) if (step.done === true) return step.value;
}

/** The same for large texts: it yields every few milliseconds, so that the caller can let other work run in between. */
export function* parseKubernetesYamlInSteps(text: string, file: string): Generator<undefined, Result<readonly JsonDocument[], YamlFailure>> {
  try {
    return ok(yield* parseStream(text));
  } catch (error) {
    if (!(error instanceof YamlRefusal)) throw error;
    const { line, column } = positionOf(text, error.offset);
    return err({ code: error.code, file, line, column, ...(error.key === undefined ? {} : { key: error.key }), message: `${file}:${line}: ${error.message}` });
  }
}

function* parseStream(text: string): Generator<undefined, readonly JsonDocument[]> {
  refuseCharacters(text);
  const lines = new LineCounter();
  lines.addNewLine(0);
  const parser = new Parser(lines.addNewLine);
  // Failsafe: every scalar stays text with its tag, and its meaning is decided here. A later `%YAML` directive changes nothing.
  const composer = new Composer({ schema: 'failsafe', customTags: null, resolveKnownTags: false, merge: false, uniqueKeys: false, prettyErrors: false, strict: true });
  const documents: JsonDocument[] = [];
  let values = 0;
  const take = (composed: Iterable<Document.Parsed>): void => {
    for (const document of composed) {
      refuseErrors(document);
      const budget: ConversionBudget = { aliases: 0, values };
      const value = convertDocument(document.contents, budget);
      values = budget.values;
      if (value !== null) documents.push({ value, line: lines.linePos(document.contents?.range?.[0] ?? 0).line });
    }
  };
  const compose = (tokens: ReturnType<Parser['next']>): void => {
    for (const token of tokens) {
      // A line that begins with % would otherwise vanish with a warning.
      if (token.type === 'directive' && !/^%(YAML 1\.[12]|TAG )/.test(token.source)) throw new YamlRefusal('INVALID_YAML', token.offset, SENTENCES.BAD_DIRECTIVE);
      take(composer.next(token));
    }
  };
  let read = 0;
  for (const lexeme of new Lexer().lex(text)) {
    compose(parser.next(lexeme));
    // The composer recurses over the syntax tree, so its depth is bounded while it is built. On the stack: the document, at most
    // the limit of collections, and the scalar that is being read.
    if (parser.stack.length > YAML_LIMITS.depth + 2) throw new YamlRefusal('YAML_LIMIT', parser.offset, `nested deeper than ${YAML_LIMITS.depth} levels`);
    read += 1;
    if (read % TOKENS_PER_STEP === 0) yield undefined;
  }
  compose(parser.end());
  take(composer.end(true, text.length));
  return documents;
}

/**
 * Control characters are no YAML. The line separators U+0085, U+2028 and U+2029 end a line for the Go library and do not
 * in YAML 1.2: refused unless written as an escape, rather than read in two ways.
 */
function refuseCharacters(text: string): void {
  const found = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029\ufffe\uffff]/.exec(text);
  if (found !== null) throw new YamlRefusal('INVALID_YAML', found.index, `the character ${codePoint(found[0])} is not allowed: write it as an escape in double quotes`);
  if (!text.isWellFormed()) throw new YamlRefusal('INVALID_YAML', text.search(/\p{Surrogate}/u), 'not well-formed Unicode');
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

function refuseErrors(document: Document.Parsed): void {
  const [first] = document.errors;
  if (first !== undefined) throw new YamlRefusal(first.code === 'RESOURCE_EXHAUSTION' ? 'YAML_LIMIT' : 'INVALID_YAML', first.pos[0], SENTENCES[first.code]);
}

/** Our own words: the library's messages quote the text, and that may be a secret. */
const SENTENCES = {
  BAD_ALIAS: 'not a valid alias or anchor',
  ALIAS_PROPS: 'an alias takes no tag and no anchor',
  BAD_DIRECTIVE: 'not a valid directive',
  BAD_DQ_ESCAPE: 'not a valid escape in a double-quoted text',
  BAD_INDENT: 'wrong indentation',
  BAD_PROP_ORDER: 'tags and anchors stand after the indicator',
  BAD_SCALAR_START: 'a plain text cannot begin with this character: quote it',
  BLOCK_AS_IMPLICIT_KEY: 'a mapping or list cannot stand on the line of this key',
  BLOCK_IN_FLOW: 'a block cannot stand inside brackets or braces',
  KEY_OVER_1024_CHARS: 'a key has at most 1024 characters',
  MISSING_CHAR: 'something is missing here: a colon, a comma, a bracket, a quote or a space',
  MULTILINE_IMPLICIT_KEY: 'a key must be on one line',
  MULTIPLE_ANCHORS: 'a value has at most one anchor',
  MULTIPLE_TAGS: 'a value has at most one tag',
  TAB_AS_INDENT: 'a tab cannot indent',
  TAG_RESOLVE_FAILED: 'the tag is not known',
  UNEXPECTED_TOKEN: 'something unexpected stands here',
  BAD_COLLECTION_TYPE: 'the tag does not fit',
  RESOURCE_EXHAUSTION: 'nested too deep',
  DUPLICATE_KEY: 'a key stands twice',
  IMPOSSIBLE: 'not valid YAML',
  MULTIPLE_DOCS: 'more than one document',
  NON_STRING_KEY: 'a key must be text',
} as const satisfies Record<ErrorCode, string>;

function positionOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, Math.min(Math.max(0, offset), text.trimEnd().length)); // the end of the text is where its content ends
  return { line: before.split('\n').length, column: before.length - before.lastIndexOf('\n') };
}
