import { platformProblems } from '../../shared/platform-problems.ts';
import { Problem } from '../../shared/problem.ts';
import { problems } from './problems.ts';

/** The one answer to every log-in that isn't right: unknown, unconfirmed and wrong look alike. */
export function invalidCredentials(): Problem {
  return new Problem(problems['invalid-credentials'], {
    detail: 'These credentials are not accepted.',
    headers: { 'www-authenticate': 'Bearer' },
  });
}

/** The one answer to every second half of a log-in that isn't right: nobody is told what was wrong with it. */
export function secondFactorRefused(): Problem {
  return new Problem(problems['second-factor-refused'], {
    detail: 'This code is not accepted for this log-in. Log in again if it is older than five minutes.',
    headers: { 'www-authenticate': 'Bearer' },
  });
}

/** The one answer to everybody who does not come back from a provider as they left: nobody is told what was wrong. */
export function socialLoginRefused(): Problem {
  return new Problem(problems['social-login-refused'], {
    detail: 'This log-in is not accepted. Begin it again.',
    headers: { 'www-authenticate': 'Bearer' },
  });
}

/** Used, too old, made up, or for another account: nobody is told which. */
export function socialChallengeNotAccepted(): Problem {
  return new Problem(problems['challenge-not-accepted'], {
    detail: 'This challenge is not accepted: it was used, is too old, or belongs to another account.',
    errors: [{ pointer: '/challenge', detail: 'is not accepted' }],
  });
}

export function currentPasswordWrong(pointer = '/currentPassword'): Problem {
  return new Problem(problems['current-password-wrong'], {
    errors: [{ pointer, detail: 'is not your present password' }],
  });
}

/** The one answer to every refresh token that isn't good. */
export function sessionEnded(): Problem {
  return new Problem(problems['session-ended'], {
    detail: 'This session has ended. Log in again.',
    headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
  });
}

/** Wrong, expired, used, for another purpose, or never sent: nobody is told which. `pointer`: where it stood. */
export function codeNotAccepted(pointer = '/code'): Problem {
  return new Problem(problems['code-not-accepted'], {
    detail: 'This code is not accepted. Ask for a new one if it is older than five minutes.',
    errors: [{ pointer, detail: 'is not accepted' }],
  });
}

export function tokenNotAccepted(): Problem {
  return new Problem(problems['token-not-accepted'], {
    detail: 'This token is not accepted: it was used, replaced by a newer one, or is too old.',
    errors: [{ pointer: '/token', detail: 'is not accepted' }],
  });
}

export function tooManyRequests(seconds: number, detail: string): Problem {
  return new Problem(platformProblems['too-many-requests'], {
    detail,
    headers: { 'retry-after': String(Math.max(1, Math.ceil(seconds))) },
  });
}
