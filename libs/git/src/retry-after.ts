/** What a server asks for: seconds, or a date, which is measured from what the server says of its own time: our clock need not agree with it. Pure. */
export function retryAfterOf(header: string | undefined, date: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,6}$/.test(header)) return Number(header) * 1000;
  const ms = Date.parse(header) - Date.parse(date ?? '');
  return ms > 0 ? ms : undefined;
}
