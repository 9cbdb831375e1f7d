import { releaseId, targetId } from '#domain';
import { decodeGateJobRun, decodeRunGateJob, encodeGateJobRun, encodeRunGateJob } from '#wire';
import { describe, expect, it } from '@jest/globals';

const ID = '01a21637-6975-791b-8aed-5c20593e0b46';
const QUESTION = { target: targetId(ID), release: releaseId(ID), job: 'smoke', run: ID, hasBegun: true };

describe('a Job of a gate on the wire', () => {
  it('comes out as it went in', () => {
    expect(decodeRunGateJob(encodeRunGateJob(QUESTION))).toEqual({ ok: true, value: QUESTION });
    expect(decodeGateJobRun(encodeGateJobRun({ state: 'FAILED', message: 'no' }))).toEqual({ ok: true, value: { state: 'FAILED', message: 'no' } });
  });

  it('is refused with a state that nobody knows, a run that is no id, or a name that is none', () => {
    expect(decodeGateJobRun({ state: 'MAYBE', message: '' })).toMatchObject({ ok: false });
    for (const wrong of [{ runId: '../x' }, { job: 'A B' }, { targetId: 'x' }]) expect(decodeRunGateJob({ ...encodeRunGateJob(QUESTION), ...wrong })).toMatchObject({ ok: false });
  });

  it('is cut to what can be shown', () => {
    expect(decodeGateJobRun({ state: 'FAILED', message: 'm'.repeat(9_000) })).toMatchObject({ value: { message: 'm'.repeat(2_000) } });
  });
});
