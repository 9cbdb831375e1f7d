import { describe, expect, it } from '@jest/globals';
import { EXIT } from '../exit-codes.js';
import { formatNodes, OUTPUTS, parseOutput, type Columns, type Output } from './print-nodes.js';

interface Node {
  readonly name: string;
  readonly sync: string;
}
const columns: Columns<Node> = { headers: ['name'], wideHeaders: ['sync'], row: (node) => [node.name], wideRow: (node) => [node.sync], name: (node) => `app/${node.name}` };
const nodes: readonly Node[] = [{ name: 'web', sync: 'SYNCED' }];

describe('formatNodes', () => {
  it.each<[Output, string]>([
    ['table', 'NAME\nweb\n'],
    ['wide', 'NAME   SYNC\nweb    SYNCED\n'],
    ['name', 'app/web\n'],
    ['yaml', 'items:\n  - name: web\n    sync: SYNCED\n'],
    ['json', '{\n  "items": [\n    {\n      "name": "web",\n      "sync": "SYNCED"\n    }\n  ]\n}\n'],
  ])('%s', (output, expected) => {
    expect(formatNodes(nodes, columns, output)).toBe(expected);
  });

  it('says an empty list to programs, too', () => {
    expect(JSON.parse(formatNodes([], columns, 'json'))).toEqual({ items: [] });
    expect(formatNodes([], columns, 'name')).toBe('');
  });
});

describe('parseOutput', () => {
  it('knows its outputs and names them otherwise', () => {
    expect(OUTPUTS.map(parseOutput)).toEqual([...OUTPUTS]);
    expect(() => parseOutput('jsno')).toThrow(expect.objectContaining({ exitCode: EXIT.USAGE, next: 'Did you mean json? The outputs are table, wide, json, yaml, name.' }));
  });
});
