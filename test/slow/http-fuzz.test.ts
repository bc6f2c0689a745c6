import { it } from '@jest/globals';
import { surviveFuzz } from '../fuzz/survive-fuzz.js';

it('answers 20,000 requests of a seed nobody chose as docs/openapi.json says, and serves on', async () => {
  await surviveFuzz(20_000, Date.now() % 2 ** 31);
}, 300_000);
