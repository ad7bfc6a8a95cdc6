import type { BreachedPasswords } from '../../src/ports/breached-passwords.ts';
import { commonWords } from './common-words.ts';

/**
 * Works without asking anyone: refuses what consists of at most two different common pieces, however often repeated.
 * Pieces are the words that lead every published list of leaks, walks over keyboard, alphabet or digits, runs of one
 * character, and years. A sentence of uncommon words passes.
 */
export function createOfflineBreachedPasswords(): BreachedPasswords {
  return {
    name: 'offline',
    find: (password) => Promise.resolve({ outcome: isCommon(password) ? 'found' : 'absent' }),
  };
}

const PIECES_AT_MOST = 2;

const lettersOfSigns: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
};

const walks = [
  '01234567890123456789',
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'azertyuiop',
  'qwertzuiop',
  'qwertyuiopasdfghjklzxcvbnm',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p',
  '1q2w3e4r5t6y7u8i9o0p',
  'q1w2e3r4t5y6u7i8o9p0',
].flatMap((walk) => [walk, [...walk].reverse().join('')]);

/** Whether the password is one that leaks are full of, or is merely built from such. */
export function isCommon(password: string): boolean {
  const typed = password.toLowerCase().replace(/[\s._,;:'"+*/-]/g, '');
  return consistsOfCommonPieces(typed) || consistsOfCommonPieces(readSigns(typed)) || isRepetition(typed);
}

function readSigns(text: string): string {
  return [...text].map((sign) => lettersOfSigns[sign] ?? sign).join('');
}

/** A unit of up to five characters over and over. */
function isRepetition(text: string): boolean {
  return /^(.{1,5})\1{2,}$/su.test(text);
}

/** Searches a split into common pieces with few different ones; texts are at most 72 characters, so plainly. */
function consistsOfCommonPieces(text: string): boolean {
  const hopeless = new Set<string>();
  const search = (from: number, used: readonly string[]): boolean => {
    if (from === text.length) return true;
    const state = `${from}|${used.join('|')}`;
    if (hopeless.has(state)) return false;
    for (let to = text.length; to > from; to -= 1) {
      const piece = text.slice(from, to);
      if (!isPiece(piece)) continue;
      const next = used.includes(piece) ? used : [...used, piece];
      if (next.length <= PIECES_AT_MOST && search(to, next)) return true;
    }
    hopeless.add(state);
    return false;
  };
  return text.length > 0 && search(0, []);
}

function isPiece(text: string): boolean {
  if (commonWords.has(text)) return true;
  if (/^(.)\1*$/su.test(text)) return true;
  if (/^(?:19|20)\d\d$/.test(text)) return true;
  return text.length >= 3 && walks.some((walk) => walk.includes(text));
}
