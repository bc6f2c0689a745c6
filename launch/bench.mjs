#!/usr/bin/env node
// `npm run bench`: the figures of docs/performance.md, one JSON line each. Arguments go to the bench.
import { runBuilt } from './run-built.mjs';
import { explain } from './talk.mjs';

await explain(async () => runBuilt('bench'));
