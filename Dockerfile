# The function app as a container, for Container Apps, Kubernetes or App Service: the bundle that deploys, under
# Microsoft's own host. Settings come from outside, by the names of the app settings in Azure. It listens on 8080, and
# GET /api/health says whether it is ready: those platforms do not read a HEALTHCHECK.
# Tags, not digests: a new build then has the month's patches of host, Node 24 and Debian, as Microsoft asks for.
FROM --platform=$BUILDPLATFORM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build

FROM mcr.microsoft.com/azure-functions/node:4-node24
ENV AzureWebJobsScriptRoot=/home/site/wwwroot \
    AzureFunctionsJobHost__Logging__Console__IsEnabled=true \
    ASPNETCORE_URLS=http://+:8080 \
    FUNCTIONS_ENABLE_DRAIN_ON_APP_STOPPING=true
# 1654 is the user `app` of Microsoft's .NET images. The host writes to its home and opens its keys where nobody but root
# may make a folder; port 80, which it takes otherwise, is root's as well.
RUN mkdir -p /home/site/wwwroot /azure-functions-host/Secrets && chown -R 1654:1654 /home /azure-functions-host/Secrets
COPY --from=build --chown=1654:1654 /app/dist/main.cjs /app/dist/host.json /app/dist/package.json /home/site/wwwroot/
USER 1654
EXPOSE 8080
# The host itself: of the script that the base image starts, SIGTERM would not come through, and nothing be drained.
CMD ["/azure-functions-host/Microsoft.Azure.WebJobs.Script.WebHost"]
