import { describe, expect, it } from '@jest/globals';
import { archiveReach } from './archive-reach.js';

const never = new AbortController().signal;
const ADDRESSES: Readonly<Record<string, readonly string[]>> = {
  'charts.example.com': ['140.82.121.4'], 'cdn.example.com': ['2606:50c0:8000::153'], 'half.example.com': ['140.82.121.4', '10.0.0.1'], 'registry.corp': ['10.1.2.3'], 'minio.corp': ['10.9.9.9'],
  'rebind.example.com': ['169.254.169.254'], localhost: ['127.0.0.1', '::1'],
};
const reach = archiveReach(async (host) => ADDRESSES[host] ?? [], ['listed.corp']);

describe('where the fetch of an archive leads', () => {
  it.each([
    ['https://charts.example.com/stable', 'https://charts.example.com/a.tgz', ['140.82.121.4']],
    ['https://charts.example.com/stable', 'https://cdn.example.com/a.tgz', ['2606:50c0:8000::153']],
    ['oci://registry.corp/charts', 'https://registry.corp/v2/charts/a/blobs/x', ['10.1.2.3']],
    ['oci://registry.corp/charts', 'https://minio.corp/a', ['10.9.9.9']],
    ['oci://registry.corp/charts', 'https://cdn.example.com/a', ['2606:50c0:8000::153']],
    ['http://localhost:5000/charts', 'http://localhost:9000/a', ['127.0.0.1', '::1']],
    ['https://charts.example.com/stable', 'https://listed.corp/a', undefined],
  ])('of %s to %s: there, and only to the addresses that were judged', async (repository, url, addresses) => {
    expect(await reach(url, never, repository)).toEqual({ ok: true, value: addresses });
  });

  it.each([
    ['https://charts.example.com/stable', 'http://10.0.0.1/'],
    ['https://charts.example.com/stable', 'https://minio.corp/a'],
    ['https://charts.example.com/stable', 'https://half.example.com/a'],
    ['https://charts.example.com/stable', 'http://localhost:10255/pods'],
    ['https://charts.example.com/stable', 'http://[::ffff:7f00:1]/'],
    ['https://charts.example.com/stable', 'http://0x7f000001/'],
    ['oci://registry.corp/charts', 'http://127.0.0.1:10255/pods'],
    ['oci://registry.corp/charts', 'http://169.254.169.254/latest/meta-data'],
    ['http://localhost:5000/charts', 'http://169.254.169.254/latest/meta-data'],
    ['http://rebind.example.com/charts', 'http://rebind.example.com/latest/meta-data'],
  ])('of %s to %s is refused', async (repository, url) => {
    expect(await reach(url, never, repository)).toMatchObject({ ok: false, error: { code: 'EGRESS_REFUSED', retryable: false } });
  });

  it('is not known while the host does not resolve, or DNS hangs: unreachable, and never allowed', async () => {
    expect(await reach('https://gone.example.com/a', never, 'https://gone.example.com')).toMatchObject({ ok: false, error: { code: 'REPOSITORY_UNREACHABLE', retryable: true } });
    const giveUp = new AbortController();
    const hangs = archiveReach(() => new Promise(() => undefined), [])('https://a.example.com/a', giveUp.signal, 'https://a.example.com');
    giveUp.abort();
    expect(await hangs).toMatchObject({ ok: false });
  });
});
