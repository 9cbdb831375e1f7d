import { describe, expect, it } from '@jest/globals';
import { digestOf, err, ok, silentLog } from '#kernel';
import { repositoryId, type AssignmentOrder, type SourceTree } from '#domain';
import { aSourceTree } from '#testing';
import { anAssignment, idOf } from '../../test/test-orders.js';
import { OrderContentSource } from './order-content-source.js';
import type { OrderedSource } from './ordered-trees.js';

const SIGNAL = new AbortController().signal;
const archive = { type: 'HELM' as const, location: 'https://charts.example.com/web-1.0.0.tgz', isChart: true };
const repository = { id: repositoryId(idOf('repository', 'charts')), url: 'https://charts.example.com', credentialDigest: undefined };

function order(number: number, further = 0): AssignmentOrder {
  const base = anAssignment({ application: `shop-${number}`, generation: 1, release: `r${number}` });
  const sources = Array.from({ length: further }, (_, n) => ({ name: `s${n}`, repository, commit: digestOf(`s${n}`), ref: 's@1.x', archive, path: '' }));
  return { ...base, release: { ...base.release, commit: digestOf(`r${number}`), repository, archive, ...(further === 0 ? {} : { sources }) } };
}

describe('archives in memory', () => {
  it('are those of the renders whose turn it is, however many releases wait', async () => {
    let unpacked = 0;
    let most = 0;
    const events: string[] = [];
    const trees = {
      withCommit: () => Promise.resolve(err({ reason: 'COMMIT_UNREACHABLE' as const, message: '', retryable: true })),
      fetchArchives: async (sources: readonly OrderedSource[]) => {
        events.push(`fetched ${sources.length}`);
        return ok(undefined);
      },
      unpack: async (sources: readonly OrderedSource[]) => {
        unpacked += sources.length;
        most = Math.max(most, unpacked);
        return ok<readonly SourceTree[]>(sources.map(() => aSourceTree({})));
      },
    };
    const renderer = {
      prepare: () => undefined,
      render: async () => {
        await new Promise((resolve) => setImmediate(resolve));
        unpacked -= 3;
        return err({ code: 'NO_OBJECTS' as const, message: '', retryable: false });
      },
    };
    const source = new OrderContentSource({ trees, renderer: () => Promise.resolve(renderer), capabilities: () => Promise.resolve(err({ message: '' })), reserved: { namespace: 'x', partOf: 'y' }, maxRenders: 2, log: silentLog });
    await Promise.all(Array.from({ length: 16 }, (_, n) => source.render(order(n, 2), SIGNAL)));
    expect(events).toEqual(Array(16).fill('fetched 3'));
    expect(most).toBe(6);
  });
});
