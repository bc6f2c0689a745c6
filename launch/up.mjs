#!/usr/bin/env node
// `coc up`: as `npm start`, without the demo.
import { serve } from './server.mjs';
import { explain } from './talk.mjs';

await explain(() => serve(['--no-demo', ...process.argv.slice(2)]));
