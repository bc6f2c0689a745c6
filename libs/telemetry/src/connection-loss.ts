import type { EventEmitter } from 'node:events';
import type { Logger } from './logger.js';

/** Of a reader or worker that is made anew: once is a connection that broke without a word, often is a fault of ours. */
export function tellOfStandstill(logger: Logger, name: string): void {
  logger.error({ name }, 'no progress although Redis answers; it is made anew');
}

/** One line when an ioredis connection is lost and one when it is back, however often it is tried in between. */
export function tellOfConnectionLoss(redis: EventEmitter, logger: Logger): void {
  let isLost = false;
  // Not `close`: that also comes of our own disconnecting.
  redis.on('reconnecting', () => {
    if (!isLost) logger.warn('Redis does not answer; everything waits until it is back');
    isLost = true;
  });
  redis.on('ready', () => {
    if (isLost) logger.warn('Redis is back');
    isLost = false;
  });
}
