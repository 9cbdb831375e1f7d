import { quantityOf, readQuantity, type Quantity } from '#domain';
import { describe, expect, it } from '@jest/globals';

describe('readQuantity', () => {
  it.each<[string | number, Quantity]>([[0, 0], [3, 3], ['3', 3], [' 3 ', 3], ['007', 7], [100_000, 100_000], ['0%', '0%'], ['20%', '20%'], ['05%', '5%'], ['100%', '100%']])('reads %j', (written, expected) => {
    expect(readQuantity(written)).toEqual({ ok: true, value: expected });
  });

  it.each<string | number>(['', 'all', '-1', -1, 1.5, '1.5%', '101%', '1 %', '%', '20%%', '1e3', 100_001, Number.NaN, Number.POSITIVE_INFINITY, '٣'])('refuses %j', (written) => {
    expect(readQuantity(written)).toEqual({ ok: false, error: 'give a whole number up to 100000, or a percentage from 0% to 100%' });
  });
});

describe('quantityOf', () => {
  it.each<[Quantity, number, number, number]>([
    // of so many, rounded up, rounded down
    [3, 2, 3, 3],
    ['20%', 10, 2, 2],
    ['20%', 11, 3, 2],
    ['1%', 5, 1, 0],
    ['7%', 100, 7, 7], // 0.07 * 100 is more than 7
    ['29%', 100, 29, 29],
    ['100%', 7, 7, 7],
    ['0%', 7, 0, 0],
    ['50%', 0, 0, 0],
  ])('%j of %d', (quantity, total, up, down) => {
    expect([quantityOf(quantity, total, 'UP'), quantityOf(quantity, total, 'DOWN')]).toEqual([up, down]);
  });
});
