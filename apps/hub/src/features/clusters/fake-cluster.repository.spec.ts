import { describe } from '@jest/globals';
import { clusterRepositoryContract } from './cluster.repository.contract.js';
import { FakeClusterRepository } from './fake-cluster.repository.js';

describe('FakeClusterRepository', () => {
  const repository = new FakeClusterRepository();
  clusterRepositoryContract((work) => work(repository));
});
