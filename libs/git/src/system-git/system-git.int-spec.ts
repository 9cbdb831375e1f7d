import { systemTimers } from '#runtime';
import { gitPortContract } from '../git-port.contract.js';
import { SystemGit } from './system-git.js';

gitPortContract('SystemGit', (options) => new SystemGit({ ...options, timers: systemTimers }));
