import { formatGlobalId } from '#domain';
import { Field, ObjectType } from '@nestjs/graphql';
import { connectionType, DateTime, NodeType } from '../../platform/api/index.js';
import type { Project } from './projects.read-model.js';

@ObjectType('Project', { implements: () => [NodeType], description: 'A tenant: owns repositories, applications and policies. `default` exists from the start.' })
export class ProjectType extends NodeType {
  @Field(() => String, { description: 'Unique name.' }) name!: string;
  @Field(() => DateTime, { description: 'When it was created.' }) createdAt!: Date;
}

@ObjectType({ description: 'A page of a list of Project.' })
export class ProjectConnection extends connectionType('Project', () => ProjectType) {}

export function toProjectType(project: Project): ProjectType {
  return { id: formatGlobalId('Project', project.id), name: project.name, createdAt: project.createdAt };
}
