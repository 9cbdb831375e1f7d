const MINUTE_MS = 60_000;
const LONGEST_MS = 7 * 24 * 60 * MINUTE_MS;
const DURATION = /^(?:(\d{1,3})d)?(?:(\d{1,4})h)?(?:(\d{1,5})m)?$/;

/** The milliseconds of `30m`, `8h` or `1d12h`, from a minute to seven days; undefined for everything else. Pure. */
export function windowDurationMs(text: string): number | undefined {
  const [, days = '0', hours = '0', minutes = '0'] = DURATION.exec(text) ?? [];
  const ms = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * MINUTE_MS;
  return ms >= MINUTE_MS && ms <= LONGEST_MS ? ms : undefined;
}
