import type { WebhookScheme } from '../webhook-scheme.js';
import { bitbucketScheme } from './bitbucket.js';
import { forgejoScheme, giteaScheme } from './gitea.js';
import { githubScheme } from './github.js';
import { gitlabScheme } from './gitlab.js';
import { standardScheme } from './standard.js';

/** By the part of the path that names them: `/webhooks/<provider>/<repository id>`. */
export const WEBHOOK_SCHEMES = {
  github: githubScheme,
  gitlab: gitlabScheme,
  gitea: giteaScheme,
  forgejo: forgejoScheme,
  bitbucket: bitbucketScheme,
  generic: standardScheme,
} as const satisfies Readonly<Record<string, WebhookScheme>>;

export type WebhookProvider = keyof typeof WEBHOOK_SCHEMES;
export const WEBHOOK_PROVIDERS: readonly WebhookProvider[] = ['github', 'gitlab', 'gitea', 'forgejo', 'bitbucket', 'generic'];
