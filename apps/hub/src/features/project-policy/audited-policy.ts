import type { JsonObject } from '#kernel';
import { maintenanceJson, type ProjectPolicy } from '#domain';

/** The rules as the audit log has them, and as they are compared. */
export function auditedPolicy({ health, ignore, maintenanceWindows, approvals }: ProjectPolicy): JsonObject {
  return {
    health: health.map((rule) => ({ ...rule })),
    ignore: ignore.map(({ jsonPointers, managers, ...rule }) => ({ ...rule, jsonPointers: [...(jsonPointers ?? [])], managers: [...(managers ?? [])] })),
    maintenanceWindows: maintenanceWindows.map(maintenanceJson),
    approvals: { ...approvals },
  };
}
