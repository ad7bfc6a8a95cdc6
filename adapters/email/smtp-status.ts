/**
 * Enhanced status codes (RFC 3463) by which nobody is there for good: 5.1.0–5.1.4 no such mailbox, host or syntax, 5.1.6 moved
 * away, 5.1.10 takes no mail at all (RFC 7505), 5.2.1 closed, 5.4.1 and 5.4.4 no way to the host. All other classes speak of the sender
 * (5.1.7, 5.1.8), of a full mailbox (5.2.2), of the mail (5.2.3, 5.6), of the server (5.3, 5.5) or of its opinion of us (5.7): the address may
 * be well.
 */
const NOBODY = /^5\.(?:1\.(?:0|1|2|3|4|6|10)|2\.1|4\.[14])$/;

/** How servers without such a code, or with the empty one, say the same. */
const NOBODY_IN_WORDS =
  /\b(?:unknown (?:user|recipient|mailbox|address)|(?:user|recipient|mailbox|address|account) (?:is )?(?:unknown|not found|unavailable|disabled)|no such (?:user|recipient|mailbox|address|account|person)|do(?:es)?(?: not|n't) (?:exist|have an? )|no mailbox (?:here )?by that name|invalid (?:recipient|mailbox))\b/i;

/** The enhanced status code in a server's answer, behind its three digits: `550 5.1.1 <x>: …`. */
export function statusIn(answer: string): string | undefined {
  return /\b[245]\d\d[ -]([245]\.\d{1,3}\.\d{1,3})(?![.\d])/.exec(answer)?.[1];
}

/**
 * Whether a mail server's refusal says that there is nobody at the address, now or later. In doubt it does not: an address that
 * is left alone by mistake gets no codes either.
 *
 * @param status the enhanced code; undefined where the server gave none
 * @param words what the server said
 */
export function saysNobodyIsThere(status: string | undefined, words: string): boolean {
  if (status !== undefined && status !== '5.0.0') return NOBODY.test(status);
  // Of a sender whose domain does not exist, servers say so in the same words.
  return NOBODY_IN_WORDS.test(words) && !/\bsender/i.test(words);
}
