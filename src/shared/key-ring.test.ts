import { describe, expect, it } from '@jest/globals';
import { createInstallationKeyRing, createKeyRing, MissingKeyError } from './key-ring.ts';

const key = (fill: number) => ({ id: `k${fill}`, key: Buffer.alloc(32, fill) });
const plain = Buffer.from('only for its owner');
const column = 'shop.cards.number';

describe('a key ring', () => {
  it('opens with old keys what it now seals with the newest', () => {
    const before = createKeyRing([key(1)])
      .column(column)
      .seal('row', plain);
    const ring = createKeyRing([key(2), key(1)]).column(column);
    expect(ring.open('row', before)).toEqual(plain);
    const after = ring.seal('row', plain);
    expect(
      createKeyRing([key(2)])
        .column(column)
        .open('row', after),
    ).toEqual(plain);
  });

  it('says which key is missing, and nothing about the value', () => {
    const sealed = createKeyRing([key(1)])
      .column(column)
      .seal('row', plain);
    const open = (): Buffer =>
      createKeyRing([key(2)])
        .column(column)
        .open('row', sealed);
    expect(open).toThrow(MissingKeyError);
    expect(open).toThrow('A value of shop.cards.number is sealed under the key "k1"');
  });

  it('opens a value in its row and column only, and only unchanged', () => {
    const ring = createKeyRing([key(1)]);
    const sealed = ring.column(column).seal('row', plain);
    expect(() => ring.column(column).open('another', sealed)).toThrow('authenticate');
    expect(() => ring.column('shop.cards.owner').open('row', sealed)).toThrow('authenticate');
    for (let at = 3; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => ring.column(column).open('row', changed)).toThrow('authenticate');
    }
    const same = createKeyRing([{ id: 'k1', key: Buffer.alloc(32, 9) }]).column(column);
    expect(() => same.open('row', sealed)).toThrow('authenticate');
  });

  it('of an installation ends with the key of its secret, so that a first key may be given later', () => {
    const secret = 'a secret of thirty-two characters';
    const sealed = createInstallationKeyRing(secret, []).column(column).seal('row', plain);
    const ring = createInstallationKeyRing(secret, [key(1)]);
    expect(ring.newest).toBe('k1');
    expect(ring.column(column).open('row', sealed)).toEqual(plain);
    const other = createInstallationKeyRing('another secret of thirty-two chars', [key(1)]);
    expect(() => other.column(column).open('row', sealed)).toThrow(MissingKeyError);
  });
});
