import { systemTimers } from '#runtime';
import { lyingServerContract } from '../lying-server.contract.js';
import { SystemGit } from './system-git.js';

lyingServerContract('SystemGit', (options) => new SystemGit({ ...options, timers: systemTimers }));
