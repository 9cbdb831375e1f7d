export { auditEntryDigest, AuditTrail, type AuditRecord } from './audit-trail.js';
