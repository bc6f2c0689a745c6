# One image recipe for every service: `docker build --target orchestrator .` (executor, workers, recorder, cli).
# The base needs Node 24.11.1 or newer with npm, and nothing else.
ARG BASE_IMAGE=node:24-bookworm-slim

FROM ${BASE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci --include=dev --include=optional
COPY .swcrc nest-cli.json tsconfig.json ./
COPY apps apps
COPY libs libs
COPY embedded embedded
COPY sdk sdk
COPY bench bench
COPY chaos chaos
RUN node node_modules/@nestjs/cli/bin/nest.js build --all --parallel
COPY deploy/image deploy/image
RUN npm prune --omit=dev && node deploy/image/prune.mjs

FROM ${BASE_IMAGE} AS runtime
ENV NODE_ENV=production \
    COC_AUTH=keys \
    COC_HOST=0.0.0.0 \
    COC_PORT=4270 \
    COC_HEALTH_PORT=4271 \
    COC_DATA_DIR=/var/lib/coc \
    TRACE_DIR=/var/lib/coc/traces
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY deploy/image/healthcheck.mjs deploy/image/healthcheck.mjs
COPY deploy/image/coc /usr/local/bin/coc
# A new volume takes owner and mode of the folder it is mounted on.
RUN mkdir -p /var/lib/coc && chown 10001:10001 /var/lib/coc && chmod 750 /var/lib/coc
# By number: Kubernetes checks runAsNonRoot only by that.
USER 10001:10001
VOLUME /var/lib/coc
HEALTHCHECK --interval=5s --timeout=4s --start-period=30s --retries=6 CMD ["node", "deploy/image/healthcheck.mjs"]

FROM runtime AS executor
EXPOSE 4271
CMD ["node", "dist/apps/executor/src/main.js"]

FROM runtime AS workers
EXPOSE 4271
CMD ["node", "dist/apps/workers/src/main.js"]

FROM runtime AS recorder
EXPOSE 4271
CMD ["node", "dist/apps/recorder/src/main.js"]

FROM runtime AS cli
HEALTHCHECK NONE
ENTRYPOINT ["coc"]

# Last, so that a build without --target makes it.
FROM runtime AS orchestrator
# The API tells of its own health. `coc` in this container talks to it, with the owner's key of its volume.
ENV COC_HEALTH_PORT= \
    COC_URL=http://127.0.0.1:4270
EXPOSE 4270
CMD ["node", "dist/apps/orchestrator/src/main.js"]
