import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import { createHttpAdapter } from './http/configure-http-app.js';
import { describeApi } from './http/openapi.js';
import type { OrchestratorContext } from './orchestrator.context.js';
import { OrchestratorModule } from './orchestrator.module.js';

/** The API's description without a server and without Redis: what /docs-json answers, for the file that is checked in. */
export async function describeHttpApi(): Promise<OpenAPIObject> {
  // In a preview nothing is instantiated, so nothing of the context is touched.
  const module = OrchestratorModule.with({} as OrchestratorContext);
  const app = await NestFactory.create<NestFastifyApplication>(module, createHttpAdapter(), {
    preview: true,
    logger: false,
  });
  const document = describeApi(app);
  await app.close();
  return document;
}
