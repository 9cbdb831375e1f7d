export interface JsonMeasure {
  /** No fewer than it holds. */
  readonly values: number;
  readonly depth: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const [BRACKET, BRACKET_END, BRACE, BRACE_END] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * How many values a text of JSON holds and how deep they lie, by its bytes alone. Asked before it is parsed: an empty list has two letters, and takes twenty times that
 * in memory. Linear, and right for every text that parses; for others it says something. Pure.
 */
export function measureJson(text: Buffer): JsonMeasure {
  let values = 1;
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < text.length; at += 1) {
    const byte = text[at];
    if (byte === QUOTE) at = endOfText(text, at);
    else if (byte === COMMA) values += 1;
    else if (byte === BRACKET || byte === BRACE) {
      values += 1;
      depth += 1;
      if (depth > deepest) deepest = depth;
    } else if (byte === BRACKET_END || byte === BRACE_END) depth -= 1;
  }
  return { values, depth: deepest };
}

/** Index of the quote that closes the one at `start`. */
function endOfText(text: Buffer, start: number): number {
  for (let end = text.indexOf(QUOTE, start + 1); end !== -1; end = text.indexOf(QUOTE, end + 1)) {
    let slashes = 0;
    while (text[end - 1 - slashes] === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return end;
  }
  return text.length;
}
