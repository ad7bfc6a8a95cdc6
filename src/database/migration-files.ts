import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Knex } from 'knex';

/** What a migration file exports. */
export interface Migration {
  up(knex: Knex): Promise<void>;
  /** `{ transaction: false }` for CREATE INDEX CONCURRENTLY and its kind. */
  readonly config?: { readonly transaction: boolean };
}

/** Where the migrations of this build are. */
export const migrationsFolder = path.resolve(import.meta.dirname, '../../migrations');

/** The migrations in a folder, oldest first, without their file ending: `20261121100000_create_platform`. */
export function knownMigrations(folder: string = migrationsFolder): string[] {
  return readdirSync(folder)
    .filter((file) => /^\d{14}_[a-z0-9_]+\.ts$/.test(file))
    .map((file) => file.slice(0, -'.ts'.length))
    .sort();
}

export async function loadMigration(name: string, folder: string = migrationsFolder): Promise<Migration> {
  return (await import(pathToFileURL(path.join(folder, `${name}.ts`)).href)) as Migration;
}

/** SHA-256 of the file, in hex: tells whether what was applied is what the file says now. */
export function checksumOf(name: string, folder: string = migrationsFolder): string {
  const text = readFileSync(path.join(folder, `${name}.ts`), 'utf8').replaceAll('\r\n', '\n');
  return createHash('sha256').update(text).digest('hex');
}
