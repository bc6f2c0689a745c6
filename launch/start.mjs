#!/usr/bin/env node
// `npm start`: everything in one process, with the demo.
import { serve } from './server.mjs';
import { explain } from './talk.mjs';

await explain(() => serve(process.argv.slice(2)));
