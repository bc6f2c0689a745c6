// The layers of ARCHITECTURE.md as rules: imports only go down. Specs obey the rules of their folder; they may only add
// libs/testing. A new library without its own rule here falls under `adapters`, so no folder escapes by its name.
const OURS = '^(apps|libs|embedded|sdk|test|bench|chaos|launch|check)/';
const SPEC = '\\.(spec|test)\\.tsx?$';
const NPM = ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown'];

const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });
const onlyOurs = (...allowed) => ({ path: OURS, pathNot: [...allowed, '^libs/testing/'] });

export default {
  forbidden: [
    forbid(
      'no-cycle',
      'A cycle hides which file is the lower one: move what both need down.',
      {},
      {
        circular: true,
      },
    ),
    forbid(
      'resolvable',
      'What cannot be resolved cannot be checked against the layers.',
      {},
      {
        couldNotResolve: true,
      },
    ),
    forbid(
      'contracts',
      'libs/contracts imports nothing of ours.',
      { path: '^libs/contracts/' },
      onlyOurs('^libs/contracts/'),
    ),
    forbid(
      'policy',
      'libs/policy imports only libs/contracts.',
      { path: '^libs/policy/' },
      onlyOurs('^libs/policy/', '^libs/contracts/'),
    ),
    forbid(
      'adapters',
      'A library imports libs/contracts, libs/policy and libs/redis, never a sibling: pass what it needs as an argument.',
      { path: '^libs/([^/]+)/', pathNot: '^libs/(contracts|policy|redis|testing)/' },
      onlyOurs('^libs/(contracts|policy|redis)/', '^libs/$1/'),
    ),
    forbid(
      'redis',
      'libs/redis opens connections for the adapters above it: it imports libs/contracts only.',
      { path: '^libs/redis/' },
      onlyOurs('^libs/redis/', '^libs/contracts/'),
    ),
    forbid(
      'client',
      'libs/client is for programs outside of ours: it knows libs/contracts and the HTTP API, no decisions and no Redis.',
      { path: '^libs/client/' },
      onlyOurs('^libs/client/', '^libs/contracts/'),
    ),
    forbid('testing', 'libs/testing imports libraries only.', { path: '^libs/testing/' }, onlyOurs('^libs/')),
    forbid(
      'apps',
      'An app imports libraries, never another app: only embedded/ composes them.',
      { path: '^apps/([^/]+)/' },
      onlyOurs('^libs/', '^apps/$1/'),
    ),
    forbid(
      'clients',
      'The CLI and the dashboard know the HTTP API by libs/client, and libs/contracts; they never open Redis.',
      { path: '^apps/(cli|dashboard)/' },
      onlyOurs('^libs/(contracts|config|client)/', '^apps/$1/'),
    ),
    forbid(
      'embedded',
      'embedded/ composes apps by their index files and uses libraries.',
      { path: '^embedded/' },
      onlyOurs('^libs/', '^embedded/', '^apps/[^/]+/src/index\\.ts$'),
    ),
    forbid(
      'sdk',
      'sdk/ is a client of the HTTP API; embedded/ is what it starts when it is asked to.',
      { path: '^sdk/' },
      onlyOurs('^libs/(contracts|config|client)/', '^sdk/', '^embedded/src/index\\.ts$'),
    ),
    forbid(
      'sdk-loads-services-late',
      'A program that talks to a running server must not load the services.',
      { path: '^sdk/' },
      { path: '^embedded/', dynamic: false },
    ),
    forbid(
      'chaos-from-outside',
      'The chaos harness stands outside: what the product starts and says, and no way into its record.',
      { path: '^chaos/' },
      onlyOurs('^chaos/', '^libs/(config|contracts|telemetry|testing)/', '^apps/(orchestrator|workers)/src/index\\.ts$'),
    ),
    forbid(
      'checker-knows-nothing',
      'The checker judges by what a run left behind: it must not share a mistake with the product.',
      { path: '^chaos/src/checker/', pathNot: SPEC },
      { path: OURS, pathNot: ['^chaos/src/checker/', '^chaos/src/(rig/(history-line|queue-entry)|witness/ledger-line)\\.ts$'] },
    ),
    forbid(
      'testing-in-tests-only',
      'libs/testing is for specs, test/, bench/ and chaos/.',
      { pathNot: ['^(test|bench|chaos|libs/testing)/', SPEC] },
      { path: '^libs/testing/' },
    ),
    forbid(
      'pure-without-core-modules',
      'Contracts and policy do no I/O; policy may hash with node:crypto (check/purity.mjs says which functions).',
      { path: '^libs/(contracts|policy)/', pathNot: SPEC },
      { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    ),
    forbid(
      'contracts-without-crypto',
      'Hashing is a decision: it belongs to libs/policy.',
      { path: '^libs/contracts/', pathNot: SPEC },
      { path: '^(node:)?crypto$' },
    ),
    forbid(
      'pure-without-io-packages',
      'Contracts and policy know neither Redis, nor BullMQ, nor Nest, nor a server, nor a source of random ids.',
      { path: '^libs/(contracts|policy)/', pathNot: SPEC },
      { path: '(^|/)node_modules/(ioredis|bullmq|@nestjs/|fastify|@fastify/|pino)' },
    ),
    forbid(
      'policy-without-random-ids',
      'Ids are passed in: a decision made twice must come out the same.',
      { path: '^libs/policy/', pathNot: SPEC },
      { path: '(^|/)node_modules/ulid/' },
    ),
    forbid(
      'launcher-on-built-ins',
      'launch/, check/run.mjs and check/generate.mjs start before anything is installed: Node built-ins only.',
      { path: '^(launch/|check/(run|generate)\\.mjs$)' },
      { dependencyTypes: NPM, dynamic: false },
    ),
    forbid(
      'no-dev-packages-at-run-time',
      'What a service imports must be in `dependencies`: production installs omit the rest.',
      { path: '^(apps|libs|embedded|sdk)/', pathNot: ['^libs/testing/', SPEC] },
      { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    ),
  ],
  options: {
    doNotFollow: { path: '(^|/)(node_modules|dist)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    // An `import type` goes up a layer as much as any other import.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['coc-source', 'import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json', '.node'],
    },
  },
};
