import { err, ok, type Result } from '#kernel';
import { isFactName } from '../cluster/facts.js';
import { labelKeyProblem } from '../cluster/label-grammar.js';

/** What a template may name. */
export type TemplateReference =
  | { readonly kind: 'name' }
  | { readonly kind: 'label'; readonly key: string }
  | { readonly kind: 'fact'; readonly name: string };

/** A further word that one use of templates knows: `release.commit`. */
export interface WordReference<W extends string> {
  readonly kind: 'word';
  readonly word: W;
}

export type TemplatePart<R = TemplateReference> = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'reference'; readonly reference: R };

export interface MalformedTemplate {
  /** The expression with its braces, at most 80 characters. */
  readonly template: string;
  readonly reason: string;
}

const KNOWN = 'known are cluster.name, cluster.labels.<key>, cluster.labels["<key>"], cluster.facts.<name> and a quoted text';
const MEMBER = /^cluster\.(labels|facts)(?:\.([^\s"'[\]]+)|\[\s*(?:"([^"]*)"|'([^']*)')\s*\])$/;
const QUOTED = /^(?:"([^"]*)"|'([^']*)')$/;

/**
 * Takes a text apart at its `{{ ... }}`. Everything else is literal; literal braces are written `{{ "{{" }}`. Pure and linear:
 * no pipes, no functions, no nesting.
 *
 * @param words further names that may stand alone in the braces
 */
export function parseTemplate(text: string): Result<readonly TemplatePart[], MalformedTemplate>;
export function parseTemplate<W extends string>(text: string, words: readonly W[]): Result<readonly TemplatePart<TemplateReference | WordReference<W>>[], MalformedTemplate>;
export function parseTemplate<W extends string>(text: string, words: readonly W[] = []): Result<readonly TemplatePart<TemplateReference | WordReference<W>>[], MalformedTemplate> {
  const parts: TemplatePart<TemplateReference | WordReference<W>>[] = [];
  let position = 0;
  for (;;) {
    const open = text.indexOf('{{', position);
    if (open < 0) break;
    if (open > position) parts.push({ kind: 'text', text: text.slice(position, open) });
    const close = closingBraces(text, open + 2);
    if (close < 0) return err({ template: text.slice(open, open + 80), reason: 'the closing "}}" is missing' });
    const part = parseExpression(text.slice(open + 2, close).trim(), words);
    if (!part.ok) return err({ template: text.slice(open, Math.min(close + 2, open + 80)), reason: part.error });
    parts.push(part.value);
    position = close + 2;
  }
  if (position < text.length) parts.push({ kind: 'text', text: text.slice(position) });
  return ok(parts);
}

/** Where the `}}` after `from` is, quotes skipped; -1 when there is none. */
function closingBraces(text: string, from: number): number {
  let quote = '';
  for (let at = from; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (quote !== '') quote = char === quote ? '' : quote;
    else if (char === '"' || char === "'") quote = char;
    else if (char === '}' && text[at + 1] === '}') return at;
  }
  return -1;
}

function parseExpression<W extends string>(expression: string, words: readonly W[]): Result<TemplatePart<TemplateReference | WordReference<W>>, string> {
  if (expression === '') return err('it is empty');
  const word = words.find((known) => known === expression);
  if (word !== undefined) return ok({ kind: 'reference', reference: { kind: 'word', word } });
  if (expression === 'cluster.name') return ok({ kind: 'reference', reference: { kind: 'name' } });
  const quoted = QUOTED.exec(expression);
  if (quoted !== null) return ok({ kind: 'text', text: quoted[1] ?? quoted[2] ?? '' });
  const member = MEMBER.exec(expression);
  if (member === null) return err(words.length === 0 ? KNOWN : `${KNOWN}, and ${words.join(', ')}`);
  const key = member[2] ?? member[3] ?? member[4] ?? '';
  if (member[1] === 'facts') return isFactName(key) ? ok({ kind: 'reference', reference: { kind: 'fact', name: key } }) : err('that is not the name of a fact');
  const problem = labelKeyProblem(key);
  return problem === undefined ? ok({ kind: 'reference', reference: { kind: 'label', key } }) : err(`that is not a label key: ${problem}`);
}

/** A reference as the template names it. */
export function formatReference(reference: TemplateReference): string {
  if (reference.kind === 'name') return 'cluster.name';
  return reference.kind === 'fact' ? `cluster.facts.${reference.name}` : `cluster.labels.${reference.key}`;
}
