import { describe, expect, it } from '@jest/globals';
import { classifyGitStderr, summariseGitStderr, type GitComplaint } from './classify-git-stderr.js';

describe('classifyGitStderr', () => {
  it.each<[string, GitComplaint]>([
    ["fatal: could not read Username for 'https://x': terminal prompts disabled", 'AUTHENTICATION_FAILED'],
    ["fatal: Authentication failed for 'https://x/y.git/'", 'AUTHENTICATION_FAILED'],
    ["fatal: unable to access 'https://x/y.git/': The requested URL returned error: 403", 'AUTHENTICATION_FAILED'],
    ["fatal: unable to access 'https://x/y.git/': The requested URL returned error: 429", 'RATE_LIMITED'],
    ["fatal: repository 'https://x/y.git/' not found", 'REPOSITORY_NOT_FOUND'],
    ["fatal: unable to access 'https://x/y.git/': The requested URL returned error: 302", 'EGRESS_REFUSED'],
    ["fatal: transport 'file' not allowed", 'EGRESS_REFUSED'],
    ["fatal: unable to access 'https://x/y.git/': The requested URL returned error: 502", 'REPOSITORY_UNREACHABLE'],
    ["fatal: unable to access 'https://x/': Could not resolve host: x", 'REPOSITORY_UNREACHABLE'],
    ["fatal: unable to access 'https://x/': Failed to connect to x port 443 after 1 ms: Couldn't connect to server", 'REPOSITORY_UNREACHABLE'],
    ["fatal: unable to access 'https://x/': SSL certificate problem: unable to get local issuer certificate", 'REPOSITORY_UNREACHABLE'],
    ["fatal: unable to access 'https://x/': Operation too slow. Less than 100 bytes/sec transferred the last 60 seconds", 'GIT_TIMED_OUT'],
    ['fatal: remote error: upload-pack: not our ref 1111111111111111111111111111111111111111', 'COMMIT_UNREACHABLE'],
    ['error: Server does not allow request for unadvertised object 1111111111111111111111111111111111111111', 'COMMIT_UNREACHABLE'],
    ["fatal: couldn't find remote ref refs/heads/gone", 'COMMIT_UNREACHABLE'],
    ['fatal: early EOF\nfatal: fetch-pack: invalid index-pack output', 'GIT_PROTOCOL_ERROR'],
    ['error: RPC failed; curl 18 transfer closed with outstanding read data remaining', 'GIT_PROTOCOL_ERROR'],
    ["No ED25519 host key is known for [localhost]:2222 and you have requested strict checking.\nHost key verification failed.\nfatal: Could not read from remote repository.", 'HOST_KEY_UNKNOWN'],
    ['git@x: Permission denied (publickey).\nfatal: Could not read from remote repository.', 'AUTHENTICATION_FAILED'],
    ['ERROR: Repository not found.\nfatal: Could not read from remote repository.', 'REPOSITORY_NOT_FOUND'],
    ["fatal: '/x.git' does not appear to be a git repository\nfatal: Could not read from remote repository.", 'REPOSITORY_NOT_FOUND'],
    ['ssh: connect to host x port 22: Connection refused\nfatal: Could not read from remote repository.', 'REPOSITORY_UNREACHABLE'],
    ['Connection closed by 127.0.0.1 port 22\nfatal: Could not read from remote repository.', 'REPOSITORY_UNREACHABLE'],
    ['error: cannot run ssh: No such file or directory\nfatal: unable to fork', 'GIT_CACHE_UNUSABLE'],
    ['fatal: Could not read from remote repository.', 'GIT_PROTOCOL_ERROR'],
    ['fatal: write error: No space left on device', 'GIT_CACHE_UNUSABLE'],
    ['error: object file objects/ab/cd is empty\nfatal: loose object abcd is corrupt', 'DAMAGED'],
    ['fatal: not a git repository: /x', 'DAMAGED'],
    ['', 'DAMAGED'],
  ])('%s', (stderr, complaint) => {
    expect(classifyGitStderr(stderr)).toBe(complaint);
  });

  it('tells people the last telling lines', () => {
    expect(summariseGitStderr('remote: Counting\nwarning: x\nerror: one\nfatal: two\n')).toBe('error: one; fatal: two');
    expect(summariseGitStderr('')).toBe('git said nothing');
  });
});
