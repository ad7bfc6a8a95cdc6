import type { Schema } from '../../contract/handlers.ts';

const number = (value: number): string => value.toLocaleString('en');

/** What became of an import, for a person. */
export function summaryOf(state: Schema<'BonusImport'>, rejectsFile: string | null): string {
  const { counts, messages, coins, lines } = state;
  const row = (label: string, value: number, note = '') =>
    `  ${label.padEnd(11)}${number(value).padStart(11)}${note === '' ? '' : `   ${note}`}`;
  const optional = (label: string, value: number, note: string) => (value === 0 ? [] : [row(label, value, note)]);
  const left = messages.sent + messages.delivered + messages.unknown;
  return [
    `Import ${state.id}: ${state.status}${seconds(state)}`,
    row('lines', lines, state.hasHeader ? `a header, numbers in column ${state.phoneColumn}` : ''),
    row('credited', counts.credited, `${number(counts.credited * coins)} coins`),
    row('pending', counts.pending, counts.pending === 0 ? '' : 'credited when somebody verifies the number'),
    row(
      'duplicate',
      counts.duplicate,
      counts.duplicate === 0 ? '' : 'had these coins already, or stood in the file before',
    ),
    row('malformed', counts.malformed, rejectsFile === null ? '' : `listed in ${rejectsFile}`),
    ...optional('expired', counts.expired, 'nobody verified the number in time'),
    ...optional('remaining', counts.remaining, 'not credited: go on with --resume'),
    row(
      'messages',
      left,
      `sent, ${number(messages.delivered)} reported delivered so far, ${number(messages.failed)} failed`,
    ),
    ...optional('unknown', messages.unknown, 'messages whose fate the provider has not told'),
  ].join('\n');
}

function seconds({ createdAt, finishedAt }: Schema<'BonusImport'>): string {
  if (finishedAt === undefined) return '';
  return ` in ${((Date.parse(finishedAt) - Date.parse(createdAt)) / 1_000).toFixed(1)} s`;
}
