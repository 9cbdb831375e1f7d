export type PromqlQuote = '"' | "'";

/** Where in a PromQL text one stands. */
export interface PromqlPlace {
  /** The quote or comment that is open; empty: none. */
  readonly open: '' | PromqlQuote | '`' | '#';
  /** The text that is open is a regular expression: it stands behind =~ or !~. */
  readonly isPattern: boolean;
  /** The last character escapes the next. */
  readonly isEscaped: boolean;
  /** The last two characters that count, outside of quotes. */
  readonly before: string;
}

export const PROMQL_START: PromqlPlace = { open: '', isPattern: false, isEscaped: false, before: '' };

/** The place after more text was read. Pure and linear. */
export function readPromql(place: PromqlPlace, text: string): PromqlPlace {
  let { open, isPattern, isEscaped, before } = place;
  for (const char of text) {
    if (open === '') {
      if (char === '"' || char === "'" || char === '`' || char === '#') {
        isPattern = before === '=~' || before === '!~';
        open = char;
      } else if (!/\s/.test(char)) before = `${before}${char}`.slice(-2);
    } else if (open === '#') {
      if (char === '\n') open = '';
    } else if (isEscaped) isEscaped = false;
    else if (char === '\\' && open !== '`') isEscaped = true;
    else if (char === open) {
      open = '';
      before = '';
    }
  }
  return { open, isPattern, isEscaped, before };
}

/** A value as it stands inside a quoted text: it cannot end it, and in a regular expression it means itself. */
export function quoteForPromql(value: string, quote: PromqlQuote, isPattern: boolean): string {
  const literal = isPattern ? value.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&') : value;
  return literal.replace(/[\\\u0000-\u001f\u007f]/g, (char) => (char === '\\' ? '\\\\' : `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`)).replaceAll(quote, `\\${quote}`);
}
