import { err, ok, type Result } from '#kernel';

/** A number of targets, or a share of them. */
export type Quantity = number | `${number}%`;

const SHARE = /^(100|\d{1,2})%$/;
const MOST = 100_000;

/** Reads `3` or `20%`. Whole numbers and whole percents only. Pure. */
export function readQuantity(written: string | number): Result<Quantity, string> {
  const text = String(written).trim();
  if (/^\d{1,6}$/.test(text) && Number(text) <= MOST) return ok(Number(text));
  const share = SHARE.exec(text)?.[1];
  return share === undefined ? err(`give a whole number up to ${MOST}, or a percentage from 0% to 100%`) : ok(`${Number(share)}%` as const);
}

/** How many that is, of `total`. A share of a few is rounded `UP` where it must be at least one, `DOWN` where it must not be more. Pure. */
export function quantityOf(quantity: Quantity, total: number, rounding: 'UP' | 'DOWN'): number {
  if (typeof quantity === 'number') return quantity;
  // In whole numbers: 0.07 * 100 is not 7.
  const hundredths = Number(quantity.slice(0, -1)) * total;
  return rounding === 'UP' ? Math.ceil(hundredths / 100) : Math.floor(hundredths / 100);
}
