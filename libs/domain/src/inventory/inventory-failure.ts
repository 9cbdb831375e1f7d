/**
 * Why stored inventory was not read. None of them ever means "empty": a target whose inventory does not read is neither
 * applied nor pruned, and says so.
 */
export type InventoryFailure =
  | { readonly code: 'INVENTORY_MALFORMED'; readonly at: string }
  /** Written by a newer agent. */
  | { readonly code: 'INVENTORY_VERSION_UNKNOWN'; readonly version: string }
  | { readonly code: 'INVENTORY_DIGEST_MISMATCH'; readonly name: string };
