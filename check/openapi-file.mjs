import 'reflect-metadata';

const { describeHttpApi } = await import('#apps/orchestrator');

/** docs/openapi.json */
export async function makeOpenApi() {
  return `${JSON.stringify(await describeHttpApi(), null, 2)}\n`;
}
