import { describe, expect, it } from '@jest/globals';
import type { Viewer } from '../../platform/api/index.js';
import { TargetChanges } from './target-changes.js';
import type { TargetView } from './target-view.js';

const viewer = { permissions: new Set() } as unknown as Viewer;
const anyOf = { project: undefined, application: undefined, cluster: undefined };

/** A listener of the database that a test speaks for. */
function aListener() {
  const pushes = new Set<(id: string) => void>();
  const rereads = new Set<() => void>();
  const add = <T>(to: Set<T>, one: T): (() => void) => {
    to.add(one);
    return () => void to.delete(one);
  };
  const channels = new Set<string>();
  const listen = (channel: string, push: (id: string) => void): (() => void) => {
    channels.add(channel);
    return add(pushes, push);
  };
  return { channels, pushes, rereads, listen, onReconnect: (reread: () => void) => add(rereads, reread) };
}

describe('a stream of target changes', () => {
  const view = (id: string): TargetView => ({ id, name: `default/web@${id}` }) as unknown as TargetView;
  const targets = { findByIds: (_viewer: Viewer, ids: readonly string[]) => Promise.resolve(ids.map((id) => (id === 'hidden' ? undefined : view(id)))) };

  it('tells what the viewer may see, and nothing of the rest', async () => {
    const listener = aListener();
    const stream = new TargetChanges(listener, targets).stream(viewer, { ...anyOf, cluster: 'c2' }, ({ name }) => name);
    for (const push of listener.pushes) for (const id of ['hidden', 'c1', 'c2']) push(id);
    expect(await stream.next()).toEqual({ done: false, value: 'default/web@c2' });
    expect(new Set([...listener.channels])).toEqual(new Set(['target_changed']));
  });

  it('ends when the listener comes back from a gap, and leaves nothing behind', async () => {
    const listener = aListener();
    const stream = new TargetChanges(listener, targets).stream(viewer, anyOf, ({ name }) => name);
    const waiting = stream.next();
    for (const reread of listener.rereads) reread();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect({ pushes: listener.pushes.size, rereads: listener.rereads.size }).toEqual({ pushes: 0, rereads: 0 });
  });
});
