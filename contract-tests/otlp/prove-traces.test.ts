import { expect, test } from '@jest/globals';
import { judge } from './prove-traces.ts';
import type { ReceivedSpan } from './receiver.ts';

const caller = 'b7ad6b7169203331';
const base: ReceivedSpan = {
  resource: { 'service.name': 'portico', 'service.version': '1' },
  name: '',
  kind: 'SPAN_KIND_CLIENT',
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: '',
  parentSpanId: '',
  links: [],
  attributes: {},
  events: [],
  status: 'STATUS_CODE_UNSET',
  milliseconds: 1,
};
const statement = { 'db.system.name': 'postgresql' };
const route = {
  'http.route': '/api/v1/bonus-campaigns/{campaignId}/imports',
  'http.response.status_code': 202,
};
const accepted = { 'portico.outcome': 'accepted' };
const good: readonly ReceivedSpan[] = [
  {
    ...base,
    name: 'createBonusImport',
    kind: 'SPAN_KIND_SERVER',
    spanId: 'a',
    parentSpanId: caller,
    attributes: route,
  },
  { ...base, name: 'creditBonusImport', kind: 'SPAN_KIND_CONSUMER', spanId: 'b', parentSpanId: 'a' },
  { ...base, name: 'sendMessages', kind: 'SPAN_KIND_CONSUMER', spanId: 'c', parentSpanId: 'b' },
  { ...base, name: 'send sms:sandbox', spanId: 'd', parentSpanId: 'c', attributes: accepted },
  { ...base, name: 'send sms:sandbox', spanId: 'e', parentSpanId: 'c', attributes: accepted },
  ...['a', 'b', 'c'].map((parentSpanId) => ({ ...base, name: 'x', parentSpanId, attributes: statement })),
];

test('a whole trace is accepted', () => {
  expect(judge(good)).toEqual([]);
});

test.each<[string, (spans: ReceivedSpan[]) => ReceivedSpan[]]>([
  ['nothing arrived', () => []],
  ['a job began a trace of its own', (all) => all.map((one) => (one.spanId === 'b' ? { ...one, traceId: 'f' } : one))],
  ['a job lost its parent', (all) => all.map((one) => (one.spanId === 'c' ? { ...one, parentSpanId: '' } : one))],
  ['a call is missing', (all) => all.filter(({ spanId }) => spanId !== 'e')],
  ['statements are missing', (all) => all.filter(({ name }) => name !== 'x')],
  ['a number stands in a span', (all) => [...all, { ...base, name: 'y', attributes: { to: '+989120000041' } }]],
])('%s: that is no proof', (_what, spoil) => {
  expect(judge(spoil([...good]))).not.toEqual([]);
});
