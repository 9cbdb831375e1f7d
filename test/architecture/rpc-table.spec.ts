import { describe, expect, it } from '@jest/globals';
import { enrollmentService, sessionService } from '#wire';
import { assertServable, LISTENER_RULES, RPC_TABLE } from '../../apps/hub/src/agent-gateway/rpc-table.js';

const paths = (service: Readonly<Record<string, { readonly path: string }>>): readonly string[] => Object.values(service).map((method) => method.path);

describe('the table of calls (R7)', () => {
  it('has an identity rule for every method of both services, and no other', () => {
    expect(Object.keys(RPC_TABLE).toSorted()).toEqual([...paths(sessionService), ...paths(enrollmentService)].toSorted());
  });

  it('serves a session only to a client certificate, and enrolment never by one', () => {
    for (const path of paths(sessionService)) expect(RPC_TABLE[path]).toBe('CLIENT_CERTIFICATE');
    expect(LISTENER_RULES.enrollment).not.toContain('CLIENT_CERTIFICATE');
    expect(() => assertServable('session', paths(sessionService))).not.toThrow();
    expect(() => assertServable('enrollment', paths(enrollmentService))).not.toThrow();
  });

  it.each(['/capstan.agent.v1.SessionService/New', '/capstan.agent.v1.sessionservice/Connect', '//capstan.agent.v1.SessionService/Connect', 'toString', '__proto__'])('refuses to start with %s', (path) => {
    expect(() => assertServable('session', [path])).toThrow('no identity rule');
  });

  it('keeps the methods of one listener off the other', () => {
    expect(() => assertServable('session', paths(enrollmentService))).toThrow('no identity rule');
    expect(() => assertServable('enrollment', paths(sessionService))).toThrow('no identity rule');
  });
});
