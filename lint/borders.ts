import path from 'node:path';

/** One file that imports another, or a package. Paths are relative to the repository's root, with `/`. */
export interface Import {
  readonly from: string;
  /** The imported file; undefined for a package. */
  readonly file: string | undefined;
  /** The imported package without its subpath; undefined for a file. */
  readonly package: string | undefined;
}

interface Border {
  readonly name: string;
  /** Why the import crosses this border; null when it does not. */
  readonly crossed: (given: Import) => string | null;
}

const root = path.resolve(import.meta.dirname, '..');

/** Resolves what an import statement says; every relative import in this codebase names its file in full. */
export function resolveImport(importer: string, specifier: string): Import {
  const from = relativeToRoot(importer);
  if (specifier.startsWith('.')) {
    return { from, file: relativeToRoot(path.resolve(path.dirname(importer), specifier)), package: undefined };
  }
  if (specifier.startsWith('node:')) return { from, file: undefined, package: undefined };
  const segments = specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1);
  return { from, file: undefined, package: segments.join('/') };
}

function relativeToRoot(file: string): string {
  return path.relative(root, file).split(path.sep).join('/');
}

const isTest = (file: string): boolean => /\.(test|fixture)\.ts$|^src\/testing\//.test(file);
const contextOf = (file: string): string | undefined => /^src\/contexts\/([^/]+)\//.exec(file)?.[1];
const within = (file: string | undefined, ...folders: string[]): boolean =>
  file !== undefined && folders.some((folder) => file === folder || file.startsWith(`${folder}/`));
const isComposition = (file: string): boolean => /^src\/compose(-[a-z-]+)?\.ts$/.test(file);
const isDoor = (file: string): boolean => /(^|[/-])operations\.ts$/.test(file);

/** Packages a context may use: mathematics, files and PostgreSQL. Anything that talks to the world is behind a port. */
const packagesOfContexts = new Set([
  'bcrypt',
  'countries-and-timezones',
  'csv-parse',
  'jsonwebtoken',
  'libphonenumber-js',
  'lru-cache',
  'objection',
  'otpauth',
  'parse5',
  'pg',
  'pg-copy-streams',
]);

/** The borders between the parts of Portico. The first one crossed is reported. */
export const borders: readonly Border[] = [
  {
    name: 'a context knows neither HTTP, nor the queue, nor vendors',
    crossed: ({ from, file, package: name }) => {
      if (contextOf(from) === undefined) return null;
      // Its tests too: what holds for every adapter is the port's suite to prove, not the context's.
      if (within(file, 'adapters')) return 'Ask for a port (src/ports) and let compose.ts choose the adapter.';
      if (isTest(from)) return null;
      if (within(file, 'src/http', 'src/compose.ts', 'src/main.ts', 'src/config.ts'))
        return 'The composition gives a context what it needs; a context never reaches out of its folder for it.';
      if (name !== undefined && !packagesOfContexts.has(name))
        return `"${name}" is not among the packages of contexts (lint/borders.ts): put it behind a port in src/ports.`;
      return null;
    },
  },
  {
    name: 'a context is entered through its index.ts',
    crossed: ({ from, file }) => {
      const entered = file === undefined ? undefined : contextOf(file);
      if (entered === undefined || entered === contextOf(from) || isTest(from)) return null;
      if (file === `src/contexts/${entered}/index.ts`) return null;
      return `Import from src/contexts/${entered}/index.ts, or let an event carry it.`;
    },
  },
  {
    name: 'generated types stay at the door',
    crossed: ({ from, file }) => {
      if (within(from, 'src/contract') || isTest(from)) return null;
      const reason = 'Only operations.ts speaks in generated types; use cases take and return plain domain types.';
      if (within(file, 'src/contract/generated/types.ts')) return reason;
      const plain = within(file, 'src/contract/caller.ts') || isDoor(from);
      return contextOf(from) !== undefined && within(file, 'src/contract') && !plain ? reason : null;
    },
  },
  {
    name: 'only compose.ts chooses adapters',
    crossed: ({ from, file }) =>
      within(from, 'src') && !isComposition(from) && !isTest(from) && within(file, 'adapters')
        ? 'Only src/compose.ts and its parts, src/compose-*.ts, import adapters.'
        : null,
  },
  {
    name: 'an adapter knows its port and nothing else of Portico',
    crossed: ({ from, file }) => {
      if (!within(from, 'adapters') || isTest(from) || file === undefined) return null;
      if (within(file, 'src/ports', 'src/shared')) return null;
      const folder = path.posix.dirname(file);
      if (within(file, 'adapters') && (folder === path.posix.dirname(from) || folder === 'adapters')) return null;
      return within(file, 'adapters')
        ? 'An adapter never uses another one: what several need stands beside the folders, in adapters/.'
        : 'An adapter imports only its port, src/shared and parts of its own folder.';
    },
  },
  {
    name: 'the kernel depends on nothing',
    crossed: ({ from, file }) => {
      if (isTest(from)) return null;
      if (within(from, 'src/shared') && file !== undefined && !within(file, 'src/shared'))
        return 'src/shared imports nothing else of Portico.';
      if (within(from, 'src/ports') && file !== undefined && !within(file, 'src/ports', 'src/shared'))
        return 'A port imports only src/shared.';
      return null;
    },
  },
  {
    name: 'the platform does not know the contexts',
    crossed: ({ from, file }) =>
      within(from, 'src/http', 'src/jobs', 'src/audit', 'src/database', 'src/telemetry', 'src/contract') &&
      !isTest(from) &&
      file !== undefined &&
      contextOf(file) !== undefined
        ? 'Contexts are given to the platform by src/compose.ts.'
        : null,
  },
  {
    name: 'what is for tests stays in tests',
    crossed: ({ from, file }) =>
      within(from, 'src', 'adapters') && !isTest(from) && file !== undefined && isTest(file)
        ? 'src/testing and fixtures are for tests alone.'
        : null,
  },
];

/** The first border an import crosses, with what to do instead; null when it crosses none. */
export function crossedBorder(given: Import): { readonly border: string; readonly advice: string } | null {
  for (const { name, crossed } of borders) {
    const advice = crossed(given);
    if (advice !== null) return { border: name, advice };
  }
  return null;
}
