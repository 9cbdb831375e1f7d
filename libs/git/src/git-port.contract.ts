import { afterAll, afterEach, beforeAll, beforeEach, describe, jest } from '@jest/globals';
import { checkedAddressesContract } from './contract/checked-addresses.contract.js';
import { credentialsContract } from './contract/credentials.contract.js';
import { failuresContract } from './contract/failures.contract.js';
import { fetchCommitContract } from './contract/fetch-commit.contract.js';
import { GitGround, type ContractAdapterOptions } from './contract/git-ground.contract.js';
import { lookUpRefsContract } from './contract/look-up-refs.contract.js';
import { mirrorHistoryContract } from './contract/mirror-history.contract.js';
import { readTreesContract } from './contract/read-trees.contract.js';
import { writeCommitsContract } from './contract/write-commits.contract.js';
import type { GitPort } from './git-port.js';

// Dozens of real processes and faults per test on a busy machine.
jest.setTimeout(120_000);

/** What every adapter of GitPort promises, against a real Git server. */
export function gitPortContract(name: string, make: (options: ContractAdapterOptions) => GitPort): void {
  describe(`${name} keeps the contract of GitPort`, () => {
    const ground = new GitGround(make);
    beforeAll(() => ground.open());
    afterAll(() => ground.close());
    beforeEach(() => ground.begin());
    afterEach(() => ground.end());

    lookUpRefsContract(ground);
    checkedAddressesContract(ground);
    failuresContract(ground);
    credentialsContract(ground);
    fetchCommitContract(ground);
    mirrorHistoryContract(ground);
    readTreesContract(ground);
    writeCommitsContract(ground);
  });
}
