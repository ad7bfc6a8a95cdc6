import type { Transaction } from '../../../database/transaction.ts';
import type { Rendered } from '../templates/render-template.ts';
import { numberLinks } from './engagement-store.ts';
import { replaceLinks } from './replace-links.ts';
import type { TrackingTokens } from './tracking-token.ts';

/** Different links of one campaign that are counted; further ones lead straight to their target. */
const MOST_LINKS = 200;
const LONGEST_TARGET = 2_000;
/** What a message may have: a text that would outgrow it with counted links keeps its own. */
const LONGEST_TEXT = 20_000;

/** A message before it is stored. */
export interface TrackedMessage {
  readonly messageId: string;
  readonly rendered: Rendered;
}

export interface Tracking {
  /** Puts counted links in place of links, and a picture that is counted at the end of the HTML. */
  track<Message extends TrackedMessage>(
    tx: Transaction,
    campaignId: string,
    messages: readonly Message[],
  ): Promise<readonly Message[]>;
}

/**
 * @param base where this installation is reached: `https://api.example.com`. Links that lead there are left alone: the one to
 * unsubscribe must work without being counted.
 */
export function createTracking(tokens: TrackingTokens, base: string): Tracking {
  const isTracked = (url: string): boolean => !url.startsWith(`${base}/`) && url.length <= LONGEST_TARGET;
  const linkTo = (messageId: string, number: number): string =>
    `${base}/api/v1/tracking/clicks/${tokens.sign({ kind: 'click', messageId, number })}`;
  const picture = (messageId: string): string =>
    `<img src="${base}/api/v1/tracking/opens/${tokens.sign({ kind: 'open', messageId })}" width="1" height="1" alt="">`;

  return {
    async track(tx, campaignId, messages) {
      const targets = new Set<string>();
      for (const { rendered } of messages) {
        replaceLinks(rendered, (url) => {
          if (isTracked(url)) targets.add(url);
          return url;
        });
      }
      const numbers = await numberLinks(tx, campaignId, { targets, most: MOST_LINKS });
      return messages.map((message) => {
        const { messageId } = message;
        const replaced = replaceLinks(message.rendered, (url) => {
          const number = isTracked(url) ? numbers.get(url) : undefined;
          return number === undefined ? url : linkTo(messageId, number);
        });
        if (replaced.text.length > LONGEST_TEXT) return message;
        const html = replaced.html === null ? null : withPicture(replaced.html, picture(messageId));
        return { ...message, rendered: { ...replaced, html } };
      });
    },
  };
}

/** The picture comes last: a mail that is shown only in part was not read to its end. */
function withPicture(html: string, picture: string): string {
  const end = /<\/body\s*>/i.exec(html)?.index ?? html.length;
  return `${html.slice(0, end)}${picture}${html.slice(end)}`;
}
