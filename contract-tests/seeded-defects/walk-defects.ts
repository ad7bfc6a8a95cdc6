import type { Defect } from './defect.ts';

export const walkDefects: readonly Defect[] = [];
