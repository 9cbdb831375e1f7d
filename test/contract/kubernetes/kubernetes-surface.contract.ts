import { afterAll, beforeAll, describe, jest } from '@jest/globals';
import { applyContract } from './apply.contract.js';
import { applyKindsContract } from './apply-kinds.contract.js';
import { applyListsContract } from './apply-lists.contract.js';
import { auditContract } from './audit.contract.js';
import type { ContractServer, TheServer } from './contract-server.js';
import { customResourcesContract } from './custom-resources.contract.js';
import { definitionEndContract } from './definition-end.contract.js';
import { definitionVersionsContract } from './definition-versions.contract.js';
import { deletionContract } from './deletion.contract.js';
import { discoveryContract } from './discovery.contract.js';
import { garbageCollectionContract } from './garbage-collection.contract.js';
import { impersonationContract } from './impersonation.contract.js';
import { listingContract } from './listing.contract.js';
import { listsAndWatchesContract } from './lists-and-watches.contract.js';
import { objectsContract } from './objects.contract.js';
import { refusalsContract } from './refusals.contract.js';
import { schemasContract } from './schemas.contract.js';
import { throttlingContract } from './throttling.contract.js';
import { watchingContract } from './watching.contract.js';
import { workloadsContract } from './workloads.contract.js';

/**
 * What Capstan relies on in a Kubernetes API, as one suite: real Kubernetes passes it, and so does whatever stands in for it. A stand-in
 * that fails here lies to every test that runs on it.
 */
export function kubernetesSurfaceContract(name: string, makeServer: () => Promise<ContractServer>): void {
  describe(`Kubernetes surface: ${name}`, () => {
    jest.setTimeout(120_000);
    let made: ContractServer | undefined;
    const server: TheServer = () => {
      if (made === undefined) throw new Error('the server did not start');
      return made;
    };
    beforeAll(async () => {
      made = await makeServer();
    }, 180_000);
    afterAll(async () => {
      await made?.stop();
    }, 60_000);

    describe('discovery', () => discoveryContract(server));
    describe('objects', () => objectsContract(server));
    describe('refusals', () => refusalsContract(server));
    describe('deletion', () => deletionContract(server));
    describe('listing', () => listingContract(server));
    describe('watching', () => watchingContract(server));
    describe('lists and watches on the wire', () => listsAndWatchesContract(server));
    describe('server-side apply', () => applyContract(server));
    describe('server-side apply of lists', () => applyListsContract(server));
    describe('server-side apply of common kinds', () => applyKindsContract(server));
    describe('custom resources', () => customResourcesContract(server));
    describe('schemas of custom resources', () => schemasContract(server));
    describe('versions of definitions', () => definitionVersionsContract(server));
    describe('the end of definitions', () => definitionEndContract(server));
    describe('garbage collection', () => garbageCollectionContract(server));
    describe('throttling', () => throttlingContract(server));
    describe('impersonation', () => impersonationContract(server));
    describe('workloads', () => workloadsContract(server));
    describe('audit log', () => auditContract(server));
  });
}
