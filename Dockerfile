# The function app as a container, for Container Apps, Kubernetes or App Service: the bundle that deploys, under
# Microsoft's own host. Settings come from outside, by the names of the app settings in Azure.
FROM node:24-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build

FROM mcr.microsoft.com/azure-functions/node:4-node24
ENV AzureWebJobsScriptRoot=/home/site/wwwroot \
    AzureFunctionsJobHost__Logging__Console__IsEnabled=true
COPY --from=build /src/dist/main.cjs /src/dist/host.json /src/dist/package.json /home/site/wwwroot/
