import type pg from 'pg';
import type { CanarySearch } from './canary-search.js';

/** Looks at every value of every column of every table, binary ones as their bytes. What is sealed cannot match; what is not sealed does. */
export async function searchTables(client: pg.Client, search: CanarySearch): Promise<readonly string[]> {
  const tables = await client.query<{ readonly schema: string; readonly name: string }>(
    "SELECT table_schema AS schema, table_name AS name FROM information_schema.tables WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2",
  );
  for (const { schema, name } of tables.rows) {
    const { rows } = await client.query<Record<string, unknown>>(`SELECT * FROM ${client.escapeIdentifier(schema)}.${client.escapeIdentifier(name)}`);
    for (const row of rows) for (const [column, value] of Object.entries(row)) search.look('tables', `${name}.${column}`, value instanceof Uint8Array ? value : (JSON.stringify(value) ?? ''));
  }
  return tables.rows.map(({ name }) => name);
}
