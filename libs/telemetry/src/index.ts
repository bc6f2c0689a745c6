export { tellOfConnectionLoss } from './connection-loss.js';
export { EventLoopWatch } from './event-loop-watch.js';
export { reportOn, type Round } from './report-on.js';
export { withHealthServer, type HealthCheck, type HealthReport } from './health-server.js';
export { createLogger, type Logger } from './logger.js';
export { NestLogger } from './nest-logger.js';
export { settledWithin } from './settled-within.js';
export { traceparentFrom } from './traceparent.js';
export { closeMarginMs, runServiceProcess, type RunningService } from './service-process.js';
