#!/usr/bin/env node
// `npm run chaos`: what chaos/README.md describes. Arguments go to the harness.
import { runBuilt } from './run-built.mjs';
import { explain } from './talk.mjs';

await explain(async () => runBuilt('chaos'));
