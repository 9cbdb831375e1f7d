import type { DataSource } from 'typeorm';

/** Tables that are range-partitioned by month. */
export const PARTITIONED_TABLES = ['audit_log', 'target_transitions'] as const;

/**
 * Partitions belong to the owner of the tables, yet the application must be able to make the next month's. The function
 * runs with the owner's rights and can do just that. It answers false when the partition is there, or when rows of that
 * month already lie in the default partition: they stay there, and nothing is lost.
 */
export const CREATE_PARTITION_FUNCTION = `
CREATE OR REPLACE FUNCTION capstan_create_partition(parent text, month date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET lock_timeout = '2s' AS $$
DECLARE
  first date := date_trunc('month', month);
  partition text := parent || '_' || to_char(first, 'YYYYMM');
BEGIN
  IF parent NOT IN (${PARTITIONED_TABLES.map((table) => `'${table}'`).join(', ')}) THEN RAISE EXCEPTION 'not a partitioned table: %', parent; END IF;
  IF to_regclass(quote_ident(partition)) IS NOT NULL THEN RETURN false; END IF;
  EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', partition, parent, first, (first + interval '1 month')::date);
  RETURN true;
EXCEPTION WHEN duplicate_table OR check_violation THEN RETURN false;
END $$`;

/** Makes the partitions of this month and the two after it. Safe to repeat, and by many replicas at once. */
export async function createPartitions(dataSource: DataSource): Promise<void> {
  for (const table of PARTITIONED_TABLES) {
    for (const ahead of [0, 1, 2]) {
      await dataSource.query(`SELECT capstan_create_partition($1, (now() AT TIME ZONE 'UTC' + make_interval(months => $2))::date)`, [table, ahead]);
    }
  }
}
