import { reportsOf } from './reports.ts';

const REPEATS = Number(process.env['BENCH_REPEATS'] ?? 20);

/** Asks for every report of every operation, one at a time. @returns the slowest operation's 95th percentile, in milliseconds */
export async function measureOperations(get: (path: string) => Promise<Response>): Promise<number> {
  console.log(
    '\n| operation | p50 ms | p95 ms | worst ms | slowest request, p50 ms |\n| --- | --- | --- | --- | --- |',
  );
  const percentiles: number[] = [];
  for (const [operation, paths] of Object.entries(reportsOf(new Date()))) {
    const samples: { path: string; milliseconds: number }[] = [];
    for (let repeat = -1; repeat < REPEATS; repeat += 1) {
      for (const path of paths) {
        const began = performance.now();
        await (await get(path)).arrayBuffer();
        // The first round is warm-up: compiled code, prepared statements.
        if (repeat >= 0) samples.push({ path, milliseconds: performance.now() - began });
      }
    }
    const all = sorted(samples);
    const [path, p50] =
      paths
        .map((one) => [one, at(sorted(samples.filter((sample) => sample.path === one)), 0.5)] as const)
        .toSorted(([, a], [, b]) => b - a)[0] ?? [];
    const cells = [at(all, 0.5), at(all, 0.95), at(all, 1)].map((value) => value.toFixed(1));
    console.log(`| ${operation} | ${cells.join(' | ')} | ${p50?.toFixed(1) ?? '–'}: ${withoutMoments(path ?? '–')} |`);
    percentiles.push(at(all, 0.95));
  }
  return Math.max(...percentiles);
}

function sorted(samples: readonly { readonly milliseconds: number }[]): number[] {
  return samples.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b);
}

function at(values: readonly number[], share: number): number {
  return values[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN;
}

function withoutMoments(path: string): string {
  return path.replaceAll(/(from|to)=(\d{4}-\d\d-\d\d)[^&]*/g, '$1=$2');
}
