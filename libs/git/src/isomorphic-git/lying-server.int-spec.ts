import { lyingServerContract } from '../lying-server.contract.js';
import { IsomorphicGit } from './isomorphic-git.js';

lyingServerContract('IsomorphicGit', (options) => new IsomorphicGit(options));
