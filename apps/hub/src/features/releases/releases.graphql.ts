import { formatGlobalId } from '#domain';
import { Field, Int, ObjectType } from '@nestjs/graphql';
import { connectionType, DateTime, GitSha, NodeType } from '../../platform/api/index.js';
import type { ReleaseView } from './releases.read-model.js';

@ObjectType('Release', { implements: () => [NodeType], description: 'One commit of one application as it is rolled out. Never changes.' })
export class ReleaseType extends NodeType {
  @Field(() => Int, { description: 'From 1 for each application.' }) number!: number;
  @Field(() => GitSha, { description: 'The commit.' }) commit!: string;
  @Field(() => String, { description: 'The ref that it was found under.' }) ref!: string;
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
  const { number, commit, ref, sourceDigest, author, subject, committedAt, createdAt } = view;
  return { id: formatGlobalId('Release', view.id), number, commit, ref, sourceDigest, author, subject, committedAt, createdAt, revisionId: view.revision };
}
