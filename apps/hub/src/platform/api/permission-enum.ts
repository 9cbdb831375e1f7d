import { PERMISSIONS } from '#domain';
import { graphqlEnum } from './graphql-enum.js';

/** GraphQL enum `Permission`: `cluster:read` is `CLUSTER_READ`. */
export const PermissionEnum = graphqlEnum('Permission', 'What a principal may do.', PERMISSIONS, (permission) => `The right \`${permission}\`, as token scopes name it.`);
