import type { FastifyInstance } from 'fastify';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Style attributes are what the editor cannot do without; scripts come from this hub alone, so a token typed here meets no foreign code. */
export const GRAPHIQL_POLICY =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data:; worker-src 'self' blob:; connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Capstan API</title>
    <link rel="stylesheet" href="/graphiql/graphiql.css">
    <link rel="stylesheet" href="/graphiql/page.css">
  </head>
  <body>
    <div id="editor">Loading the editor ...</div>
    <script src="/graphiql/react.js"></script>
    <script src="/graphiql/react-dom.js"></script>
    <script src="/graphiql/graphiql.js"></script>
    <script src="/graphiql/page.js"></script>
  </body>
</html>
`;

const STYLE = 'html, body, #editor { height: 100%; margin: 0; overflow: hidden; }\n';

const START = `const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
ReactDOM.createRoot(document.getElementById('editor')).render(
  React.createElement(GraphiQL, {
    fetcher: GraphiQL.createFetcher({ url: '/graphql', subscriptionUrl: scheme + '//' + location.host + '/graphql' }),
    defaultEditorToolsVisibility: 'headers',
    defaultHeaders: '{\\n  "Authorization": "Bearer cap_..."\\n}',
    defaultQuery: '# Put your API token into the tab "Headers" below.\\n{\\n  clusters(first: 50) {\\n    edges {\\n      node {\\n        name\\n        connection\\n        labels\\n      }\\n    }\\n  }\\n}\\n',
    shouldPersistHeaders: false,
  }),
);
`;

const PACKAGED = {
  'react.js': ['react', 'umd/react.production.min.js', 'text/javascript; charset=utf-8'],
  'react-dom.js': ['react-dom', 'umd/react-dom.production.min.js', 'text/javascript; charset=utf-8'],
  'graphiql.js': ['graphiql', 'graphiql.min.js', 'text/javascript; charset=utf-8'],
  'graphiql.css': ['graphiql', 'graphiql.min.css', 'text/css; charset=utf-8'],
} as const;

/** Serves GraphiQL at /graphiql from the hub's own packages: it works without the Internet. */
export function serveGraphiql(server: FastifyInstance): void {
  const packages = createRequire(import.meta.url);
  server.get('/graphiql', (_request, reply) => reply.type('text/html; charset=utf-8').send(PAGE));
  server.get('/graphiql/page.js', (_request, reply) => reply.type('text/javascript; charset=utf-8').send(START));
  server.get('/graphiql/page.css', (_request, reply) => reply.type('text/css; charset=utf-8').send(STYLE));
  for (const [name, [source, path, type]] of Object.entries(PACKAGED)) {
    server.get(`/graphiql/${name}`, async (_request, reply) => reply.type(type).header('cache-control', 'public, max-age=3600').send(await readFile(join(dirname(packages.resolve(`${source}/package.json`)), path))));
  }
}
