export { startCluster, type TestCluster } from './redis-cluster.js';
export { startSentinels, type TestSentinels } from './redis-sentinels.js';
export { startRedis, type TestRedis } from './redis-server.js';
export { startHttpServer, type TestHttpServer } from './http-server.js';
