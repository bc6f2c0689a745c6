export { startRedis, type TestRedis } from './redis-server.js';
export { startHttpServer, type TestHttpServer } from './http-server.js';
