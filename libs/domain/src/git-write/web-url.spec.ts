import { describe, expect, it } from '@jest/globals';
import { webUrlOf, type WebPlace } from './web-url.js';

const COMMIT: WebPlace = { commit: 'c0ffee' };
const BRANCH: WebPlace = { branch: 'capstan/rollback-shop-7', base: 'main' };

describe('webUrlOf', () => {
  it.each<[string, WebPlace, string, string | undefined]>([
    ['https://github.com/team/fleet.git', COMMIT, '', 'https://github.com/team/fleet/commit/c0ffee'],
    ['ssh://git@github.com/team/fleet.git', BRANCH, '', 'https://github.com/team/fleet/compare/main...capstan/rollback-shop-7?expand=1'],
    ['https://gitlab.com/team/fleet', COMMIT, '', 'https://gitlab.com/team/fleet/-/commit/c0ffee'],
    ['https://git.example.com/fleet', COMMIT, '', undefined],
    ['https://git.example.com/fleet', BRANCH, 'remote: Create a merge request:\n  https://git.example.com/fleet/-/merge_requests/new?x=1 \n', 'https://git.example.com/fleet/-/merge_requests/new?x=1'],
    ['https://git.example.com/fleet', BRANCH, 'see https://evil.example.com/ or https://a:b@git.example.com/', undefined],
  ])('%s', (repository, place, said, url) => {
    expect(webUrlOf(repository, place, said)).toBe(url);
  });
});
