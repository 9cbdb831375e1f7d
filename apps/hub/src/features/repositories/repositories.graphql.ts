import { formatGlobalId, REASON_ADVICE, REPOSITORY_TYPES, type ReasonCode, type RepositoryType as RepositoryKind } from '#domain';
import { ArgsType, Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { connectionType, DateTime, Duration, GitSha, graphqlEnum, MutationInput, MutationPayload, NodeType, PageArgs } from '../../platform/api/index.js';
import { ReasonCodeEnum } from '../applications/index.js';
import { HistoryRewriteType, toHistoryRewriteType } from './history-rewrite.graphql.js';
import type { RepositoryRefView, RepositoryView } from './repositories.read-model.js';

export const DEFAULT_PROJECT = 'default';

export const RepositoryKindEnum = graphqlEnum<RepositoryKind>('RepositoryKind', 'What a repository is.', REPOSITORY_TYPES, (value) =>
  ({ GIT: 'A Git repository.', OCI: 'Charts and artifacts in a registry.', HELM: 'A chart repository with an index.yaml.' })[value],
);

@ObjectType('WebhookUrls', { description: 'Where a Git host sends its webhooks: paths below the URL at which people reach this hub.' })
export class WebhookUrlsType {
  @Field(() => String, { description: 'For GitHub, and for what signs as it does: `X-Hub-Signature-256`.' }) github!: string;
  @Field(() => String, { description: 'For GitLab, with a signing token or a secret token: `webhook-signature` or `X-Gitlab-Token`.' }) gitlab!: string;
  @Field(() => String, { description: 'For Gitea: `X-Gitea-Signature`.' }) gitea!: string;
  @Field(() => String, { description: 'For Forgejo: `X-Forgejo-Signature`.' }) forgejo!: string;
  @Field(() => String, { description: 'For Bitbucket, Cloud and Data Center: `X-Hub-Signature`.' }) bitbucket!: string;
  @Field(() => String, { description: 'For everything else, signed after Standard Webhooks: `webhook-id`, `webhook-timestamp`, `webhook-signature`.' }) generic!: string;
}

@ObjectType('RepositoryRef', { description: 'A ref that an application follows, and where it was last seen.' })
export class RepositoryRefType {
  @Field(() => String, { description: 'As applications write it.' }) ref!: string;
  @Field(() => String, { nullable: true, description: 'The full name it resolved to; null if it never did.' }) fullRef!: string | null;
  @Field(() => GitSha, { nullable: true, description: 'The commit, or the digest of an archive, it was last seen at; null if it never was. A failure leaves it as it is.' }) commit!: string | null;
  @Field(() => DateTime, { description: 'When it last moved.' }) changedAt!: Date;
  @Field(() => DateTime, { description: 'When the Git server was last heard about it.' }) resolvedAt!: Date;
  @Field(() => ReasonCodeEnum, { nullable: true, description: 'Why it could not be resolved, or is held; null when it is in order.' }) reason!: ReasonCode | null;
  @Field(() => String, { nullable: true, description: 'The reason, for people.' }) message!: string | null;
  @Field(() => String, { nullable: true, description: 'What to do about it.' }) advice!: string | null;
  @Field(() => HistoryRewriteType, { nullable: true, description: 'How it left the history that is followed; null while it is in order.' }) rewrite!: HistoryRewriteType | null;
}

@ObjectType('Repository', { implements: () => [NodeType], description: 'A repository of Git, a registry or a chart repository, and how the hub follows it.' })
export class RepositoryType extends NodeType {
  @Field(() => String, { description: 'Unique in its project.' }) name!: string;
  @Field(() => RepositoryKindEnum, { description: 'What it is. Never changes.' }) type!: RepositoryKind;
  @Field(() => String, { description: 'Its URL, without credentials.' }) url!: string;
  @Field(() => Duration, { description: 'How often it is looked at, give or take a tenth.' }) poll!: number;
  @Field(() => Boolean, { description: 'Whether it has credentials. They can be set and removed, never read.' }) hasCredentials!: boolean;
  @Field(() => Boolean, { description: 'Whether it has write credentials, with which the hub writes commits. They can be set and removed, never read.' }) hasWriteCredentials!: boolean;
  @Field(() => Boolean, { description: 'Whether it has a webhook secret. Without one every webhook is refused.' }) hasWebhookSecret!: boolean;
  @Field(() => WebhookUrlsType, { description: 'Where its Git host sends webhooks.' }) webhookUrls!: WebhookUrlsType;
  @Field(() => DateTime, { nullable: true, description: 'When it was last looked at; null if never.' }) lastPolledAt!: Date | null;
  @Field(() => DateTime, { nullable: true, description: 'When a look last succeeded; null if never.' }) lastSuccessAt!: Date | null;
  @Field(() => ReasonCodeEnum, { nullable: true, description: 'Why the last look failed; null when it did not. It heals by itself.' }) reason!: ReasonCode | null;
  @Field(() => String, { nullable: true, description: 'The reason, for people.' }) message!: string | null;
  @Field(() => String, { nullable: true, description: 'What to do about it.' }) advice!: string | null;
  @Field(() => Int, { description: 'Rises with every change of its settings.' }) version!: number;
  @Field(() => DateTime, { description: 'When it was created.' }) createdAt!: Date;
  /** Not in the schema: what the field resolvers of this type start from. */
  key!: { readonly repository: string; readonly project: string };
}

@ObjectType({ description: 'A page of a list of Repository.' })
export class RepositoryConnection extends connectionType('Repository', () => RepositoryType) {}

@ArgsType()
export class RepositoriesArgs extends PageArgs {
  @Field(() => String, { nullable: true, description: 'Of this project only.' }) project?: string | null;
  @Field(() => String, { nullable: true, description: 'Part of the name.' }) search?: string | null;
}

@InputType({ description: 'How the hub and its agents sign in to a Git server. Bound to scheme, host and port of the URL.' })
export class GitCredentialsInput {
  @Field(() => String, { description: 'User name; whatever the host wants beside a token.' }) username!: string;
  @Field(() => String, { description: 'Password or token.' }) password!: string;
}

@InputType({ description: 'What an SSH repository needs, both parts. Written, never read back.' })
export class GitSshInput {
  @Field(() => String, { description: 'Private key without passphrase, as ssh-keygen writes it: Ed25519, ECDSA, or RSA of 2048 bits or more.' }) privateKey!: string;
  @Field(() => String, { description: 'Keys that the server may show, as lines of known_hosts. There is no way to skip this check.' }) knownHosts!: string;
}

@InputType({ isAbstract: true })
export abstract class OfRepositoryInput extends MutationInput {
  @Field(() => String, { nullable: true, defaultValue: DEFAULT_PROJECT, description: 'Name of the project.' }) project?: string | null;
  @Field(() => String, { description: 'Name of the repository.' }) name!: string;
}

@InputType({ description: 'A new repository.' })
export class CreateRepositoryInput extends OfRepositoryInput {
  @Field(() => RepositoryKindEnum, { nullable: true, description: 'Absent: OCI for an `oci://` URL, else GIT.' }) type?: RepositoryKind | null;
  @Field(() => String, { description: 'https, http or ssh (`ssh://git@host/path`, also written `git@host:path`), or `oci://host/path` of a registry; without credentials.' }) url!: string;
  @Field(() => Duration, { nullable: true, description: 'How often it is looked at: 1s to 24h, 1m if absent.' }) poll?: number | null;
  @Field(() => GitCredentialsInput, { nullable: true, description: 'Credentials, if it needs any.' }) credentials?: GitCredentialsInput | null;
  @Field(() => GitSshInput, { nullable: true, description: 'Key and known hosts; for an SSH repository, which needs them.' }) ssh?: GitSshInput | null;
  @Field(() => GitCredentialsInput, { nullable: true, description: 'What the hub writes commits with. No agent ever gets it.' }) writeCredentials?: GitCredentialsInput | null;
  @Field(() => GitSshInput, { nullable: true, description: 'Key and known hosts that the hub writes commits with, of an SSH repository.' }) writeSsh?: GitSshInput | null;
  @Field(() => String, { nullable: true, description: 'What webhooks are signed with: 16 to 256 characters.' }) webhookSecret?: string | null;
}

@InputType({ description: 'New settings of a repository. What is absent stays as it is.' })
export class UpdateRepositoryInput extends OfRepositoryInput {
  @Field(() => RepositoryKindEnum, { nullable: true, description: 'Refused where it is not the one that the repository has.' }) type?: RepositoryKind | null;
  @Field(() => String, { nullable: true, description: 'https, http, ssh or oci, without credentials. At another host, credentials must be given again.' }) url?: string | null;
  @Field(() => Duration, { nullable: true, description: 'How often it is looked at: 1s to 24h.' }) poll?: number | null;
  @Field(() => GitCredentialsInput, { nullable: true, description: 'Other credentials.' }) credentials?: GitCredentialsInput | null;
  @Field(() => GitSshInput, { nullable: true, description: 'Another key, or other known hosts, of an SSH repository.' }) ssh?: GitSshInput | null;
  @Field(() => Boolean, { nullable: true, defaultValue: false, description: 'Forget the credentials, or key and known hosts.' }) removeCredentials?: boolean | null;
  @Field(() => GitCredentialsInput, { nullable: true, description: 'Other credentials to write commits with.' }) writeCredentials?: GitCredentialsInput | null;
  @Field(() => GitSshInput, { nullable: true, description: 'Another key to write commits with, of an SSH repository.' }) writeSsh?: GitSshInput | null;
  @Field(() => Boolean, { nullable: true, defaultValue: false, description: 'Forget what commits are written with: nothing is written then.' }) removeWriteCredentials?: boolean | null;
  @Field(() => String, { nullable: true, description: 'Another webhook secret.' }) webhookSecret?: string | null;
  @Field(() => Boolean, { nullable: true, defaultValue: false, description: 'Forget the webhook secret: every webhook is refused then.' }) removeWebhookSecret?: boolean | null;
  @Field(() => Int, { nullable: true, description: 'Refuse when the repository has another version by now.' }) version?: number | null;
}

@InputType({ description: 'Takes a repository away.' })
export class DeleteRepositoryInput extends OfRepositoryInput {}

@ObjectType({ description: 'The new repository.' })
export class CreateRepositoryPayload extends MutationPayload {
  @Field(() => RepositoryType, { nullable: true, description: 'The repository; null when refused.' }) repository!: RepositoryType | null;
}

@ObjectType({ description: 'The changed repository.' })
export class UpdateRepositoryPayload extends MutationPayload {
  @Field(() => RepositoryType, { nullable: true, description: 'The repository; null when refused.' }) repository!: RepositoryType | null;
}

@ObjectType({ description: 'What was taken away.' })
export class DeleteRepositoryPayload extends MutationPayload {
  @Field(() => ID, { nullable: true, description: 'Id of the repository that was deleted; null when refused.' }) deletedId!: string | null;
}

export function toRepositoryType(view: RepositoryView): RepositoryType {
  const { id, name, type, url, pollMs, hasCredentials, hasWriteCredentials, hasWebhookSecret, lastPolledAt, lastSuccessAt, reason, message, version, createdAt } = view;
  return {
    id: formatGlobalId('Repository', id), name, type, url, poll: pollMs, hasCredentials, hasWriteCredentials, hasWebhookSecret, webhookUrls: webhookUrlsOf(id),
    lastPolledAt: lastPolledAt ?? null, lastSuccessAt: lastSuccessAt ?? null, reason: reason ?? null, message: message ?? null, advice: reason === undefined ? null : REASON_ADVICE[reason],
    version, createdAt, key: { repository: id, project: view.project },
  };
}

function webhookUrlsOf(id: string): WebhookUrlsType {
  const to = (provider: keyof WebhookUrlsType): string => `/webhooks/${provider}/${id}`;
  return { github: to('github'), gitlab: to('gitlab'), gitea: to('gitea'), forgejo: to('forgejo'), bitbucket: to('bitbucket'), generic: to('generic') };
}

export function toRepositoryRefType(view: RepositoryRefView): RepositoryRefType {
  const { ref, fullRef, commit, reason, message, rewrite, changedAt, resolvedAt } = view;
  return {
    ref, fullRef: fullRef ?? null, commit: commit ?? null, changedAt, resolvedAt, reason: reason ?? null, message: message ?? null, advice: reason === undefined ? null : REASON_ADVICE[reason],
    rewrite: rewrite === undefined ? null : toHistoryRewriteType(rewrite),
  };
}
