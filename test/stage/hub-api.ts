/** The hub's GraphQL API as demo and benchmarks use it: one request, errors thrown. */
export class HubApi {
  constructor(
    readonly url: string,
    readonly token: string,
  ) {}

  async query<T>(document: string, variables: Readonly<Record<string, unknown>> = {}): Promise<T> {
    const response = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.token}` },
      body: JSON.stringify({ query: document, variables }),
      signal: AbortSignal.timeout(15_000),
    });
    const reply = (await response.json()) as { readonly data?: T; readonly errors?: readonly { readonly message: string }[] };
    if (reply.errors !== undefined || reply.data === undefined) throw new Error(`the hub answered ${response.status}: ${reply.errors?.map((e) => e.message).join('; ') ?? 'no data'}`);
    return reply.data;
  }

  /** A mutation's payload. @throws when it has user errors: here none is expected. */
  async mutate<T>(name: string, input: Readonly<Record<string, unknown>>, selection = ''): Promise<T> {
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
    const data = await this.query<Record<string, T & { readonly userErrors: readonly { readonly code: string; readonly message: string }[] }>>(
      `mutation Stage($input: ${type}!) { ${name}(input: $input) { ${selection} userErrors { code message } } }`,
      { input },
    );
    const payload = data[name];
    if (payload === undefined) throw new Error(`the hub sent no ${name}`);
    const [error] = payload.userErrors;
    if (error !== undefined) throw new Error(`${name}: ${error.code}: ${error.message}`);
    return payload;
  }
}
