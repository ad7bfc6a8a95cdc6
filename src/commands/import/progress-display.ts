import type { WriteStream } from 'node:tty';

/** One line of progress. */
export interface Stage {
  readonly label: string;
  readonly done: number;
  readonly total: number;
  /** Beside the bar: `20,000 / 50,000`. */
  readonly detail: string;
}

export interface ProgressDisplay {
  show(stage: Stage): void;
  /** Leaves what is shown and ends the redrawing. */
  end(): void;
}

/** Bars that redraw themselves on a terminal; elsewhere a line for each stage and every ten percent. */
export function createProgressDisplay(
  output: NodeJS.WritableStream & Partial<Pick<WriteStream, 'isTTY' | 'columns'>>,
): ProgressDisplay {
  // Some terminals do not know their width and say 0.
  return output.isTTY === true ? barsOn(output, output.columns || 80) : linesOn(output);
}

function barsOn(output: NodeJS.WritableStream, columns: number): ProgressDisplay {
  const stages = new Map<string, Stage>();
  let drawn = 0;
  return {
    show(stage) {
      stages.set(stage.label, stage);
      const lines = [...stages.values()].map((each) => bar(each, columns));
      output.write(`${drawn === 0 ? '' : `\u001b[${drawn}A`}${lines.map((line) => `\u001b[2K${line}\n`).join('')}`);
      drawn = lines.length;
    },
    end: () => void (drawn = 0),
  };
}

const LABEL_WIDTH = 10;
const BAR_WIDTH = 24;

function bar(stage: Stage, columns: number): string {
  const percent = percentOf(stage);
  const full = Math.round((percent * BAR_WIDTH) / 100);
  const drawn = '█'.repeat(full) + '░'.repeat(BAR_WIDTH - full);
  return `${stage.label.padEnd(LABEL_WIDTH)} ${drawn} ${String(percent).padStart(3)} %  ${stage.detail}`.slice(
    0,
    columns - 1,
  );
}

function linesOn(output: NodeJS.WritableStream): ProgressDisplay {
  const told = new Map<string, number>();
  return {
    show(stage) {
      const tenth = Math.floor(percentOf(stage) / 10);
      if (told.get(stage.label) === tenth) return;
      told.set(stage.label, tenth);
      output.write(`${stage.label.padEnd(LABEL_WIDTH)} ${String(percentOf(stage)).padStart(3)} %  ${stage.detail}\n`);
    },
    end: () => undefined,
  };
}

function percentOf({ done, total }: Stage): number {
  return total === 0 ? 100 : Math.floor((done * 100) / total);
}
