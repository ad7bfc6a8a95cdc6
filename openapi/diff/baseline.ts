import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The bundle that callers have now. */
export interface Baseline {
  /** For people: `v1.2.0`, or `openapi/released/1.2.0.json`. */
  readonly name: string;
  readonly text: string;
}

/**
 * The bundle of the newest version tag that this commit descends from. Shallow clones have no tags: then the copy that each
 * release commits, openapi/released/<version>.json.
 *
 * @throws Error when there is neither, or when the copy is not what was tagged: clones with and without tags would differ.
 */
export function findBaseline(root: string): Baseline {
  const copy = releasedCopy(root);
  const tag = newestTag(root);
  if (tag === undefined) return copy;
  const { status, stdout, stderr } = git(root, 'show', `${tag}:openapi/portico.json`);
  if (status !== 0) throw new Error(`The bundle of ${tag} cannot be read: ${stderr}`);
  if (copy.name !== `openapi/released/${tag.slice(1)}.json` || !sameDocument(copy.text, stdout)) {
    throw new Error(
      `${copy.name} is not the bundle that was tagged ${tag}: a release commits it as openapi/released/${tag.slice(1)}.json.`,
    );
  }
  return { name: tag, text: stdout };
}

/** The copy is formatted like every file here. */
function sameDocument(a: string, b: string): boolean {
  return JSON.stringify(JSON.parse(a)) === JSON.stringify(JSON.parse(b));
}

function releasedCopy(root: string): Baseline {
  const files = readdirSync(join(root, 'openapi/released')).filter((name) => name.endsWith('.json'));
  const [file] = files;
  if (file === undefined || files.length > 1) {
    throw new Error(`openapi/released must hold exactly the last released bundle; it holds ${files.length} files.`);
  }
  return { name: `openapi/released/${file}`, text: readFileSync(join(root, 'openapi/released', file), 'utf8') };
}

/** Undefined without git, without a repository of our own, and without a version tag. */
function newestTag(root: string): string | undefined {
  const { status, stdout } = git(root, 'tag', '--merged', 'HEAD', '--list', 'v*', '--sort=-version:refname');
  return status === 0 ? stdout.split('\n').find((tag) => /^v\d+\.\d+\.\d+$/.test(tag)) : undefined;
}

function git(root: string, ...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync('git', ['-C', root, ...args], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
}
