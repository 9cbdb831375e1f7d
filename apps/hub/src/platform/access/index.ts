export { API_ERROR_CODES, ApiError, forbidden, unauthenticated, type ApiErrorCode } from './access-errors.js';
export { hashSecret, mintApiToken, parseApiToken, secretMatches, type NewApiToken } from './api-token.js';
export { Authenticator, bearerTokenOf, type RequestOrigin } from './authenticator.js';
export { bootstrapAdministrator } from './bootstrap-administrator.js';
export { CurrentViewer, PERMISSION_KEY, PUBLIC_KEY, PublicRoute, RequirePermission, type ViewerCarrier } from './permission.decorator.js';
export { PermissionGuard } from './permission.guard.js';
export { viewerCan, type Viewer } from './viewer.js';
