# Vaktra as an image. Every RUN is a step of the same set-up that `npm start` runs on a bare machine (scripts/setup/).
#
#   docker build -t vaktra .
#   docker run -p 8080:8080 -p 40000-40015:40000-40015/udp -p 40000-40015:40000-40015/tcp \
#     -e VAKTRA_MEDIA_ANNOUNCED_ADDRESS=203.0.113.5 vaktra
#
# The announced address is where browsers reach this machine. NOTICE says which licences an image is under.
FROM node:24-bookworm-slim AS build
WORKDIR /vaktra

# What changes seldom first, so that a change of the source leaves these layers as they are.
COPY package.json package-lock.json .npmrc ./
COPY scripts ./scripts
RUN node scripts/setup.mjs --only packages
RUN node scripts/setup.mjs --only worker

COPY . .
RUN node scripts/setup.mjs --only client
RUN node scripts/setup.mjs --only slim

FROM node:24-bookworm-slim
WORKDIR /vaktra
COPY --from=build --chown=node:node /vaktra ./
# Only a compiled worker needs libraries; a downloaded one carries them.
RUN node scripts/setup.mjs --only worker-libraries,recognition

USER node
ENV NODE_ENV=production \
    VAKTRA_HTTP_HOST=0.0.0.0
EXPOSE 8080/tcp 40000-40015/udp 40000-40015/tcp
HEALTHCHECK --interval=30s --timeout=3s --start-period=60s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.VAKTRA_HTTP_PORT ?? 8080}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# No npm and no shell in between: SIGTERM reaches the server, which lets conversations end.
CMD ["node", "server/main.ts"]
