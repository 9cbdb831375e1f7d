export interface UserError {
  readonly code: string;
  readonly field: readonly string[];
  readonly message: string;
  readonly hint: string | null;
  readonly details: Readonly<Record<string, unknown>> | null;
}

type Input = Readonly<Record<string, unknown>>;
type Payload<T> = T & { readonly userErrors: readonly UserError[] };

/** The GraphQL API as a script uses it. */
export class HubApi {
  constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  /** `data` of a query. @throws on any error that the hub answers. */
  async query<T>(document: string, variables: Input = {}): Promise<T> {
    const { data, errors } = await this.post<T>(document, variables);
    if (errors !== undefined || data === undefined || data === null) throw new Error(`the hub answered: ${JSON.stringify(errors ?? 'no data')}`);
    return data;
  }

  /** The errors of a query that must fail. */
  async failure(document: string, variables: Input = {}): Promise<readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[]> {
    const { errors } = await this.post(document, variables);
    if (errors === undefined) throw new Error('the hub answered without errors');
    return errors;
  }

  /** A mutation's payload with its user errors, whatever they are. */
  async mutate<T = object>(name: string, input: Input, selection = ''): Promise<Payload<T>> {
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
    const document = `mutation Stage($input: ${type}!) { ${name}(input: $input) { ${selection} userErrors { code field message hint details } } }`;
    const payload = (await this.query<Record<string, Payload<T>>>(document, { input }))[name];
    if (payload === undefined) throw new Error(`the hub sent no ${name}`);
    return payload;
  }

  /** The same, where no user error is expected. */
  async must<T = object>(name: string, input: Input, selection = ''): Promise<T> {
    const payload = await this.mutate<T>(name, input, selection);
    if (payload.userErrors.length > 0) throw new Error(`${name}: ${JSON.stringify(payload.userErrors)}`);
    return payload;
  }

  private async post<T>(query: string, variables: Input): Promise<{ readonly data?: T | null; readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[] }> {
    const response = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.token}` },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.timeout(20_000),
    });
    return (await response.json()) as Awaited<ReturnType<typeof this.post<T>>>;
  }
}
