import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { platformProblems } from '../shared/platform-problems.ts';
import type { ProblemType } from '../shared/problem.ts';
import { routes } from './generated/routes.ts';

type Problems = Readonly<Record<string, ProblemType>>;

/** The problems a context defines; a context without refusals of its own has no such file. */
async function problemsOf(context: string): Promise<Problems> {
  const file = join(import.meta.dirname, `../contexts/${context}/problems.ts`);
  if (!existsSync(file)) return {};
  const { problems } = (await import(file)) as { problems: Problems };
  return problems;
}

// x-problems in the documents and problems.ts in the code are one list: neither may know a code the other does not.
describe.each([...new Set(routes.map(({ context }) => context))])('the refusals of %s', (context) => {
  const own = routes.filter((route) => route.context === context);

  test('are defined, and their status is declared where they are listed', async () => {
    const known: Problems = { ...platformProblems, ...(await problemsOf(context)) };
    const wrong = own.flatMap((route) =>
      route.problems.flatMap((code) => {
        const status = known[code]?.status;
        if (status === undefined) return [`${route.operationId} lists ${code}, which problems.ts does not define`];
        return status in route.responses ? [] : [`${route.operationId} lists ${code} but does not declare ${status}`];
      }),
    );
    expect(wrong).toEqual([]);
  });

  test('are all listed by some operation', async () => {
    const listed = new Set(own.flatMap((route) => route.problems));
    expect(Object.keys(await problemsOf(context)).filter((code) => !listed.has(code))).toEqual([]);
  });
});
