import { err, ok, type Result } from '#kernel';

const MAX_URL = 1_000;

/**
 * The address of a validator as it is stored, or the rule that it breaks. Pure. What is secret stands in no address: addresses are shown to
 * everybody who may see validators.
 */
export function checkValidatorUrl(text: string): Result<string, string> {
  const url = text.length <= MAX_URL ? URL.parse(text) : null;
  if (url === null) return err(`an absolute URL of at most ${MAX_URL} characters is wanted`);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return err('a validator is reached by https, or by http inside of a private network');
  if (url.username !== '' || url.password !== '') return err('no user and no password may stand in the URL: requests are signed instead');
  if (url.hash !== '') return err('a fragment is never sent: leave out what follows #');
  return ok(url.href);
}
