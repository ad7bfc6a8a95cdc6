import { defineProblems } from '../../shared/problem.ts';

export const problems = defineProblems({
  'already-suppressed': { status: 409, title: 'The address is already suppressed' },
  'channel-not-trackable': { status: 409, title: 'Opens and clicks are counted in e-mails only' },
  'campaign-ended': { status: 409, title: 'The campaign has ended' },
  'message-not-redrivable': { status: 409, title: 'Only a dead message can be sent again' },
  'range-not-valid': { status: 409, title: 'The time range is empty or too long' },
  'template-key-taken': { status: 409, title: 'Another template has this key' },
  'template-invalid': { status: 409, title: 'The template cannot be filled in' },
  'template-values-invalid': { status: 409, title: 'The values do not fit the template' },
  'template-not-published': { status: 409, title: 'The template is not published' },
  'template-in-use': { status: 409, title: 'The template was published' },
  'time-zone-unknown': { status: 409, title: 'There is no such time zone' },
  'draft-exists': { status: 409, title: 'The template has a draft already' },
  'version-published': { status: 409, title: 'A published version never changes' },
  'recipient-unreachable': { status: 409, title: 'The recipient cannot be reached' },
  'send-time-too-far': { status: 409, title: 'The time lies too far ahead' },
  'message-too-long': { status: 409, title: 'The message is too long' },
  'report-not-proven': { status: 403, title: 'The delivery report is not proven' },
});
