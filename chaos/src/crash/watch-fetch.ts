import type { Tripwire } from './tripwire.js';

/** Both ends of every request that the process makes itself. */
export function watchFetch(tripwire: Tripwire): void {
  const { fetch } = globalThis;
  globalThis.fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : String(input));
    const point = `fetch ${url.pathname.split('/')[1]}`;
    tripwire.pass(`before ${point}`);
    const response = await fetch(input, init);
    tripwire.pass(`after ${point}`);
    return response;
  };
}
