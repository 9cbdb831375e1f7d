import { describe, expect, it } from '@jest/globals';
import { explainStartFailure } from './explain-start-failure.js';

const settings = { dataDir: '/var/lib/capstan', listenHost: '0.0.0.0', httpPort: 8080, agentPort: 8443, enrollPort: 8444 };
const failure = (message: string, fields: object = {}): Error => Object.assign(new Error(message), fields);

describe('explainStartFailure', () => {
  it.each<[string, unknown, string | undefined]>([
    ['the API port is taken', failure('listen EADDRINUSE: address already in use 0.0.0.0:8080', { code: 'EADDRINUSE' }), 'CAPSTAN_HTTP_PORT: cannot listen on 0.0.0.0:8080 (EADDRINUSE): something listens there already'],
    [
      'a port of agents is taken, as gRPC says it', failure('the session listener cannot listen on 0.0.0.0:8443: No address added out of total 1 resolved errors: [listen EADDRINUSE: address already in use 0.0.0.0:8443]'),
      'CAPSTAN_AGENT_PORT: cannot listen on 0.0.0.0:8443 (EADDRINUSE): something listens there already',
    ],
    ['a port is not allowed', failure('listen EACCES: permission denied 0.0.0.0:8444'), 'CAPSTAN_ENROLL_PORT: cannot listen on 0.0.0.0:8444 (EACCES): the system does not allow it'],
    ['the data directory cannot be made', failure('ENOTDIR: not a directory', { code: 'ENOTDIR', path: '/var/lib/capstan' }), 'CAPSTAN_DATA_DIR: /var/lib/capstan cannot be used (ENOTDIR): give a directory that the hub may write'],
    ['another file', failure('ENOENT: no such file', { code: 'ENOENT', path: '/etc/other' }), undefined],
    ['a defect', new TypeError('x is not a function'), undefined],
    ['no error at all', 'text', undefined],
  ])('%s', (_name, error, expected) => {
    expect(explainStartFailure(error, settings)).toBe(expected);
  });
});
