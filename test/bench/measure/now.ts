/** Milliseconds since 1970 with fractions: comparable with what the database and audit logs of this machine wrote down. */
export const wallMs = (): number => performance.timeOrigin + performance.now();

/** A timestamp of an audit log or of the API, which may have microseconds. @throws when it is none. */
export function parseTimeMs(text: string): number {
  const [, seconds = '', fraction = ''] = /^(.*T\d\d:\d\d:\d\d)(\.\d+)?Z$/.exec(text) ?? [];
  const ms = Date.parse(`${seconds}Z`) + Number(`0${fraction}`) * 1000;
  if (Number.isNaN(ms)) throw new Error(`not a timestamp: ${text}`);
  return ms;
}
