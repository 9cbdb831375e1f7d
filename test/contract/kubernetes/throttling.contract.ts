import { expect, it } from '@jest/globals';
import { aNamespace, type TheServer } from './contract-server.js';

export function throttlingContract(server: TheServer): void {
  it('asks to come back in a second, in plain text, when it has too much to do', async () => {
    const answer = await server().listWhileBusy(await aNamespace(server().client));
    expect(answer).toMatchObject({ status: 429, text: 'Too many requests, please try again later.\n', headers: { 'retry-after': '1', 'content-type': 'text/plain; charset=utf-8' } });
  });
}
