import { importTypeScript } from './typescript-sources.mjs';

importTypeScript();
const { makeConfigurationPage, makeEnvExample } = await import('./settings-files.mjs');
const { makeOpenApi } = await import('./openapi-file.mjs');
const { makeClientOperations } = await import('./client-operations.mjs');

/** Every file that is made from code: `make()` returns the text it must hold. */
export const GENERATED = [
  { path: '.env.example', make: makeEnvExample },
  { path: 'docs/configuration.md', make: makeConfigurationPage },
  { path: 'docs/openapi.json', make: makeOpenApi },
  {
    path: 'libs/client/src/generated/operations.ts',
    make: async () => makeClientOperations(JSON.parse(await makeOpenApi())),
  },
];
