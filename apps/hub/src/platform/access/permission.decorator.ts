import type { Permission } from '#domain';
import { createParamDecorator, SetMetadata, type CustomDecorator, type ExecutionContext } from '@nestjs/common';
import { GqlExecutionContext } from '@nestjs/graphql';
import type { Viewer } from './viewer.js';

export const PERMISSION_KEY = 'capstan:permission';

/** States what a resolver or route needs. Without it the guard refuses everybody. */
export const RequirePermission = (permission: Permission): CustomDecorator => SetMetadata(PERMISSION_KEY, permission);

/** A route without a viewer, such as a webhook that verifies its own signature or a probe. For HTTP controllers only. */
export const PUBLIC_KEY = 'capstan:public';
export const PublicRoute = (): CustomDecorator => SetMetadata(PUBLIC_KEY, true);

/** What our GraphQL context carries. */
export interface ViewerCarrier {
  readonly viewer?: Viewer | undefined;
}

export const CurrentViewer = createParamDecorator((_data: unknown, context: ExecutionContext): Viewer => {
  const { viewer } = GqlExecutionContext.create(context).getContext<ViewerCarrier>();
  if (viewer === undefined) throw new Error('no viewer: the permission guard did not run');
  return viewer;
});
