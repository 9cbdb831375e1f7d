import { gitPortContract } from '../git-port.contract.js';
import { IsomorphicGit } from './isomorphic-git.js';

gitPortContract('IsomorphicGit', (options) => new IsomorphicGit(options));
