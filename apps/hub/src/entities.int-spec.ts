import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { silentLog } from '#kernel';
import { aDatabase, type TestDatabase } from '#testing';
import type { DataSource } from 'typeorm';
import { ENTITIES } from './entities.js';
import { openDataSource } from './platform/database/index.js';

interface Column {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
}

describe('entities', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  beforeAll(async () => {
    database = await aDatabase();
    dataSource = await openDataSource({ url: database.url, entities: ENTITIES, poolSize: 2, applicationName: 'test', statementTimeoutMs: 20_000, lockTimeoutMs: 20_000, idleInTransactionTimeoutMs: 20_000, log: silentLog });
  }, 60_000);
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it('say what the migrated schema says: columns, types, nullability, primary keys', async () => {
    for (const entity of dataSource.entityMetadatas) {
      const { rows } = await database.pool.query<Column>(
        `SELECT attname AS name, format_type(atttypid, atttypmod) AS type, NOT attnotnull AS nullable FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped`,
        [entity.tableName],
      );
      const inDatabase = new Map(rows.map((row) => [row.name, row]));
      for (const column of entity.columns) {
        const declared = { name: column.databaseName, type: spelledOut(dataSource.driver.normalizeType(column), column.isArray), nullable: column.isNullable };
        expect({ entity: entity.name, ...inDatabase.get(column.databaseName) }).toEqual({ entity: entity.name, ...declared });
      }
      const { rows: keys } = await database.pool.query<{ name: string }>(
        `SELECT a.attname AS name FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey) WHERE i.indrelid = to_regclass($1) AND i.indisprimary`,
        [entity.tableName],
      );
      expect({ entity: entity.name, key: entity.primaryColumns.map((column) => column.databaseName).toSorted() }).toEqual({ entity: entity.name, key: keys.map((row) => row.name).toSorted() });
    }
  });
});

function spelledOut(type: string, isArray: boolean): string {
  const full: Readonly<Record<string, string>> = { timestamptz: 'timestamp with time zone', int: 'integer', int8: 'bigint', bool: 'boolean' };
  return `${full[type] ?? type}${isArray ? '[]' : ''}`;
}
