import { formatGlobalId } from '#domain';
import { Field, Int, ObjectType } from '@nestjs/graphql';
import { connectionType, DateTime, GitSha, NodeType } from '../../platform/api/index.js';
import type { ReleaseView } from './releases.read-model.js';

@ObjectType('PinnedSource', { description: 'What a release pins of a further source.' })
export class PinnedSourceType {
  @Field(() => String, { description: 'Its name in the application.' }) name!: string;
  @Field(() => GitSha, { description: 'The commit, or the digest of an archive.' }) commit!: string;
  @Field(() => String, { description: 'The ref that it was found under.' }) ref!: string;
  @Field(() => String, { description: 'What the ref stood for.' }) fullRef!: string;
}

@ObjectType('Release', { implements: () => [NodeType], description: 'One commit of one application as it is rolled out. Never changes.' })
export class ReleaseType extends NodeType {
  @Field(() => Int, { description: 'From 1 for each application.' }) number!: number;
  @Field(() => GitSha, { description: 'The commit, or the digest of an archive.' }) commit!: string;
  @Field(() => String, { description: 'The ref that it was found under.' }) ref!: string;
  @Field(() => String, { nullable: true, description: 'What the ref stood for: a full ref, or `version/6.5.0` and the like; null for releases made before it was noted.' }) fullRef!: string | null;
  @Field(() => [PinnedSourceType], { description: 'What it pins of further sources, by name. A rollback brings all of it back together.' }) sources!: PinnedSourceType[];
  @Field(() => String, { description: 'Digest of everything that the application watches.' }) sourceDigest!: string;
  @Field(() => String, { description: 'Who wrote the commit.' }) author!: string;
  @Field(() => String, { description: 'First line of the commit message.' }) subject!: string;
  @Field(() => DateTime, { description: 'When it was committed.' }) committedAt!: Date;
  @Field(() => DateTime, { description: 'When the hub made the release.' }) createdAt!: Date;
  /** Not in the schema: what the field resolvers of this type start from. */
  revisionId!: string;
}

@ObjectType({ description: 'A page of a list of Release.' })
export class ReleaseConnection extends connectionType('Release', () => ReleaseType) {}

export function toReleaseType(view: ReleaseView): ReleaseType {
  const { number, commit, ref, fullRef, sources, sourceDigest, author, subject, committedAt, createdAt } = view;
  return { id: formatGlobalId('Release', view.id), number, commit, ref, fullRef: fullRef ?? null, sources: sources.map((one) => ({ ...one })), sourceDigest, author, subject, committedAt, createdAt, revisionId: view.revision };
}
