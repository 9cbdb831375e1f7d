import { describe } from '@jest/globals';
import { projectId } from '#domain';
import { FakeRepositoryStore } from './fake-repository.store.js';
import { repositoryStoreContract } from './repository.store.contract.js';

describe('FakeRepositoryStore', () => {
  const store = new FakeRepositoryStore();
  repositoryStoreContract(() => ({
    project: projectId('00000000-0000-7000-8000-00000000aaaa'),
    run: (work) => work(store),
    addApplication: (repository, name) => Promise.resolve(store.addApplication(repository, name)),
  }));
});
