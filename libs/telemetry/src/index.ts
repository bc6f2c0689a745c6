export { tellOfConnectionLoss, tellOfStandstill } from './connection-loss.js';
export { createLogger, type Logger } from './logger.js';
export { NestLogger } from './nest-logger.js';
export { traceparentFrom } from './traceparent.js';
export { closeMarginMs, runServiceProcess, type RunningService } from './service-process.js';
