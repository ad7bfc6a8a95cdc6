import { defineProblems } from '../../shared/problem.ts';

/** Every refusal of identity beside the platform's own. */
export const problems = defineProblems({
  'invalid-credentials': { status: 401, title: 'Credentials not accepted' },
  'invalid-client': { status: 401, title: 'Client not accepted' },
  'invalid-scope': { status: 400, title: 'Scope not granted' },
  'client-has-two-secrets': { status: 409, title: 'Client has two secrets' },
  'session-ended': { status: 401, title: 'Session ended' },
  'second-factor-refused': { status: 401, title: 'Second factor not accepted' },
  'second-factor-enabled': { status: 409, title: 'Second factor is on already' },
  'second-factor-missing': { status: 409, title: 'No second factor' },
  'password-refused': { status: 409, title: 'Password refused' },
  'current-password-wrong': { status: 409, title: 'Current password wrong' },
  'token-not-accepted': { status: 409, title: 'Token not accepted' },
  'code-not-accepted': { status: 409, title: 'Code not accepted' },
  'phone-not-valid': { status: 409, title: 'Not a mobile number' },
  'email-taken': { status: 409, title: 'E-mail address taken' },
  'phone-taken': { status: 409, title: 'Phone number taken' },
  'last-admin': { status: 409, title: 'Last admin' },
  'export-running': { status: 409, title: 'An export is running' },
  'export-not-ready': { status: 409, title: 'Export not ready' },
  'own-account': { status: 409, title: 'Not for your own account' },
});
