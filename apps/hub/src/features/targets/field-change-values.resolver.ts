import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { CurrentViewer, RequirePermission, viewerCan, type Viewer } from '../../platform/api/index.js';
import { FieldChangeType } from './targets.graphql.js';

/**
 * Values of live objects need one permission, whichever way they are asked for. A reader of the target alone sees which fields differ and who holds them; a
 * refusal would cost them the whole answer, so the values are null and said to be hidden.
 */
@Resolver(() => FieldChangeType)
export class FieldChangeValuesResolver {
  @ResolveField('expected', () => String, { nullable: true })
  @RequirePermission('target:read')
  expected(@CurrentViewer() viewer: Viewer, @Parent() change: FieldChangeType): string | null {
    return maySee(viewer) ? change.expected : null;
  }

  @ResolveField('live', () => String, { nullable: true })
  @RequirePermission('target:read')
  live(@CurrentViewer() viewer: Viewer, @Parent() change: FieldChangeType): string | null {
    return maySee(viewer) ? change.live : null;
  }

  @ResolveField('isHidden', () => Boolean)
  @RequirePermission('target:read')
  isHidden(@CurrentViewer() viewer: Viewer): boolean {
    return !maySee(viewer);
  }
}

function maySee(viewer: Viewer): boolean {
  return viewerCan(viewer, 'object:describe');
}
