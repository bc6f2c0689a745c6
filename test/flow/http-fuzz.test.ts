import { it } from '@jest/globals';
import { surviveFuzz } from '../fuzz/survive-fuzz.js';

it('answers 2,000 requests, fair and foul, as docs/openapi.json says, and serves on', async () => {
  await surviveFuzz(2_000, 20_261_201);
});
