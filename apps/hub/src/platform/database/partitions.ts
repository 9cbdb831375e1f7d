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

/** The months of the history of targets, and when each ends: a month begins and ends in the time zone in which it was made. */
export const HISTORY_MONTHS = `
  SELECT c.relname AS name, (regexp_match(pg_get_expr(c.relpartbound, c.oid), 'TO \\(''([^'']+)''\\)'))[1]::timestamptz AS ends_at
  FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = to_regclass('target_transitions') AND c.relname ~ '_[0-9]{6}$'`;

/** No build of the application, and nobody who has its password, can drop what is younger. */
export const SHORTEST_HISTORY_DAYS = 31;

/**
 * Drops the history of targets before a moment, which is the end of a month: whole partitions, and what lies in the default one. With the owner's rights, as the application may
 * only add rows. The moment becomes the oldest that can be asked for, in the same transaction.
 */
export const DROP_HISTORY_FUNCTION = `
CREATE OR REPLACE FUNCTION capstan_drop_history(oldest timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET lock_timeout = '2s' AS $$
DECLARE
  month record;
  dropped integer := 0;
BEGIN
  IF oldest > now() - interval '${SHORTEST_HISTORY_DAYS} days' THEN RAISE EXCEPTION 'the history of the last ${SHORTEST_HISTORY_DAYS} days is kept, whatever is asked'; END IF;
  IF NOT EXISTS (SELECT 1 FROM (${HISTORY_MONTHS}) m WHERE m.ends_at = oldest) THEN RAISE EXCEPTION 'no month of the history ends at %', oldest; END IF;
  INSERT INTO history_horizon (since) VALUES (oldest) ON CONFLICT (singleton) DO UPDATE SET since = greatest(history_horizon.since, excluded.since);
  DELETE FROM target_transitions_default WHERE at < oldest;
  FOR month IN SELECT m.name FROM (${HISTORY_MONTHS}) m WHERE m.ends_at <= oldest ORDER BY m.ends_at LOOP
    EXECUTE format('DROP TABLE %I', month.name);
    dropped := dropped + 1;
  END LOOP;
  RETURN dropped;
END $$`;

/** Makes the partitions of this month and the two after it. Safe to repeat, and by many replicas at once. */
export async function createPartitions(dataSource: DataSource): Promise<void> {
  for (const table of PARTITIONED_TABLES) {
    for (const ahead of [0, 1, 2]) {
      await dataSource.query(`SELECT capstan_create_partition($1, (now() AT TIME ZONE 'UTC' + make_interval(months => $2))::date)`, [table, ahead]);
    }
  }
}
