import { describe, expect, it } from '@jest/globals';
import { parseRepositoryUrl } from './repository-url.js';

describe('parseRepositoryUrl', () => {
  it.each([
    ['https://Git.Example.com:443/Team/fleet.git/', 'https://git.example.com/Team/fleet.git', 'https://git.example.com', 'https://git.example.com/Team/fleet'],
    ['http://localhost:3000/fleet', 'http://localhost:3000/fleet', 'http://localhost:3000', 'http://localhost:3000/fleet'],
    ['HTTPS://example.com/a/../b.git', 'https://example.com/b.git', 'https://example.com', 'https://example.com/b'],
    ['http://[::1]:80/x', 'http://[::1]/x', 'http://[::1]', 'http://[::1]/x'],
    ['ssh://git@Git.Example.com:22/Team/fleet.git/', 'ssh://git@git.example.com/Team/fleet.git', 'ssh://git.example.com', 'ssh://git@git.example.com/Team/fleet'],
    ['ssh://git@[::1]:2222/~/x', 'ssh://git@[::1]:2222/~/x', 'ssh://[::1]:2222', 'ssh://git@[::1]:2222/~/x'],
    ['git@github.com:team/fleet.git', 'ssh://git@github.com/team/fleet.git', 'ssh://github.com', 'ssh://git@github.com/team/fleet'],
    ['git@host:/srv/.hidden/x', 'ssh://git@host/srv/.hidden/x', 'ssh://host', 'ssh://git@host/srv/.hidden/x'],
    ['OCI://Registry.example.com:443/team/charts/', 'oci://registry.example.com/team/charts', 'https://registry.example.com', 'oci://registry.example.com/team/charts'],
    ['oci://registry.example.com:5000/a', 'oci://registry.example.com:5000/a', 'https://registry.example.com:5000', 'oci://registry.example.com:5000/a'],
  ])('%s', (text, url, origin, sameKey) => {
    expect(parseRepositoryUrl(text)).toEqual({ ok: true, value: { url, origin, sameKey, isSsh: url.startsWith('ssh:'), isOci: url.startsWith('oci:') } });
  });

  it.each([
    ['ssh://-oProxyCommand=x@host/x', 'REPOSITORY_URL_INVALID'], ['ssh://git@-oProxyCommand=x/x', 'REPOSITORY_URL_INVALID'], ['ssh://git@host/-x', 'REPOSITORY_URL_INVALID'],
    ['-x@host:x', 'REPOSITORY_URL_INVALID'], ['git@-x:x', 'REPOSITORY_URL_INVALID'], ['git@host:-x', 'REPOSITORY_URL_INVALID'], ['git@host:a/-x', 'REPOSITORY_URL_INVALID'],
    ["git@host:x';id", 'REPOSITORY_URL_INVALID'], ['ssh://git@host/$(id)', 'REPOSITORY_URL_INVALID'], ['ssh://git@host/../x', 'REPOSITORY_URL_INVALID'], ['ssh://git@host/a//b', 'REPOSITORY_URL_INVALID'],
    ['ssh://host/x', 'REPOSITORY_URL_INVALID'], ['ssh://git@host', 'REPOSITORY_URL_INVALID'], ['ssh://git@host:99999/x', 'REPOSITORY_URL_INVALID'], ['ssh://git@ho%73t/x', 'REPOSITORY_URL_INVALID'],
    ['ssh://git:canary@host/x', 'REPOSITORY_URL_HAS_CREDENTIALS'], ['ssh://git@host/x?token=canary', 'REPOSITORY_URL_INVALID'], ['git+ssh://git@host/x', 'REPOSITORY_URL_SCHEME_REFUSED'], ['file:///etc/passwd', 'REPOSITORY_URL_SCHEME_REFUSED'],
    ['ext::sh%20-c%20x', 'REPOSITORY_URL_SCHEME_REFUSED'], ['git://example.com/x', 'REPOSITORY_URL_SCHEME_REFUSED'], ['ftp://example.com/x', 'REPOSITORY_URL_SCHEME_REFUSED'],
    ['javascript:alert(1)', 'REPOSITORY_URL_SCHEME_REFUSED'], ['https://user@example.com/x', 'REPOSITORY_URL_HAS_CREDENTIALS'], ['https://user:canary@example.com/x', 'REPOSITORY_URL_HAS_CREDENTIALS'],
    ['https://:canary@example.com/x', 'REPOSITORY_URL_HAS_CREDENTIALS'], ['ext::sh -c x', 'REPOSITORY_URL_INVALID'], ['/srv/git/x', 'REPOSITORY_URL_INVALID'], ['--upload-pack=x', 'REPOSITORY_URL_INVALID'],
    ['', 'REPOSITORY_URL_INVALID'], ['https://example.com', 'REPOSITORY_URL_INVALID'], ['https://example.com/', 'REPOSITORY_URL_INVALID'], ['https:/example.com/x', 'REPOSITORY_URL_INVALID'],
    ['https:example.com/x', 'REPOSITORY_URL_INVALID'], ['https://example.com/x?token=canary', 'REPOSITORY_URL_INVALID'], ['https://example.com/x#canary', 'REPOSITORY_URL_INVALID'],
    ['https://example.com/a\nb', 'REPOSITORY_URL_INVALID'], ['https://example.com\\@evil/x', 'REPOSITORY_URL_INVALID'], [`https://example.com/${'x'.repeat(2048)}`, 'REPOSITORY_URL_INVALID'],
  ])('refuses %j', (text, code) => {
    const parsed = parseRepositoryUrl(text);
    expect(parsed).toMatchObject({ ok: false, error: { code } });
    expect(JSON.stringify(parsed)).not.toContain('canary');
  });
});
