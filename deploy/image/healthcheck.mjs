// The image's HEALTHCHECK: the readiness of the service in this container, asked as anybody would. No curl in the image.
const { COC_PORT, COC_HEALTH_PORT } = process.env;
const url = COC_HEALTH_PORT
  ? `http://127.0.0.1:${COC_HEALTH_PORT}/health/ready`
  : `http://127.0.0.1:${COC_PORT}/api/v1/health/ready`;

const answer = await fetch(url, { signal: AbortSignal.timeout(3_000) }).catch((error) => error);
if (answer.ok !== true) {
  process.stderr.write(`${url}: ${answer.status ?? answer.message}\n`);
  process.exitCode = 1;
}
