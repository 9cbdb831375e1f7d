import type { Result } from '#kernel';
import type { Rendered, RenderFailure, RenderLimits } from '../renderer.js';
import type { AgentLine } from './agent-line.js';

/** The result in pieces of some size, so that the agent has no long one to read. Objects are bounded as JSON too: aliases make more of a text than there was. */
export function sayRendered(rendered: Result<Rendered, RenderFailure>, { maxBytes }: Pick<RenderLimits, 'maxBytes'>, pieceBytes: number, line: Pick<AgentLine, 'say' | 'sayText'>): void {
  if (!rendered.ok) {
    line.say({ say: 'FAILED', failure: rendered.error });
    return;
  }
  const { objects, sources, renderer } = rendered.value;
  const texts: string[] = [];
  let bytes = 0;
  for (const object of objects) {
    const text = JSON.stringify(object);
    bytes += Buffer.byteLength(text);
    if (bytes > maxBytes) {
      line.say({ say: 'FAILED', failure: { code: 'RENDER_LIMIT_EXCEEDED', message: `the objects have more than ${maxBytes} bytes as JSON, with every alias written out: split the application`, retryable: false } });
      return;
    }
    texts.push(text);
  }
  for (let start = 0, end = 0; start < texts.length; start = end) {
    for (let size = 0; end < texts.length && (end === start || size < pieceBytes); end += 1) size += texts[end]?.length ?? 0;
    const from = JSON.stringify(sources.slice(start, end).map((source) => source ?? null));
    line.sayText(`{"say":"OBJECTS","objects":[${texts.slice(start, end).join(',')}],"sources":${from}}`);
  }
  line.say({ say: 'RENDERED', renderer });
}
