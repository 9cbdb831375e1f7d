import { describe } from '@jest/globals';
import { principalId, projectId } from '#domain';
import { applicationRepositoryContract, FLEET } from './application.repository.contract.js';
import { FakeApplicationRepository } from './fake-application.repository.js';

describe('FakeApplicationRepository', () => {
  const ground = { project: projectId('00000000-0000-7000-8000-000000000001'), principal: principalId('00000000-0000-7000-8000-000000000002') };
  const repository = new FakeApplicationRepository();
  repository.addRepository(ground.project, 'fleet', FLEET);
  applicationRepositoryContract((work) => work(repository), () => ground);
});
