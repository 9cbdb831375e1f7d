const ZONE = /^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+){0,2}$/;
const LONGEST_NAME = 64;

/** Whether the time zone data of this process knows the name. Offsets such as `+01:00` are no zones: they know no change of clocks. Pure. */
export function isTimeZone(name: string): boolean {
  if (name.length > LONGEST_NAME || !ZONE.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The zone that somebody may have meant who wrote `Berlin` or `New York`. Pure. */
export function zoneLike(name: string): string | undefined {
  const wanted = name.trim().replaceAll(' ', '_').toLowerCase();
  return wanted === '' ? undefined : Intl.supportedValuesOf('timeZone').find((zone) => zone.toLowerCase().endsWith(`/${wanted}`));
}

/** An instant as people in the zone read it off the wall: `2026-11-30 08:00`. Pure. */
export function formatInZone(at: Date, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit',
  }).formatToParts(at);
  const of = (type: string): string => parts.find((part) => part.type === type)?.value ?? '';
  return `${of('year')}-${of('month')}-${of('day')} ${of('hour')}:${of('minute')}`;
}
