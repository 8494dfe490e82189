// An Express application behind @codegenie/serverless-express: answers with what it was asked.
import serverlessExpress from "@codegenie/serverless-express";
import express from "express";

const application = express();
application.use(express.raw({ type: () => true }));
application.all(/.*/, (request, response) => {
  response.status(201).append("set-cookie", ["a=1", "b=2"]).set("x-by", "express");
  if (request.path.endsWith("/picture")) {
    response.type("image/png").send(Buffer.from([...Array(256).keys()]));
    return;
  }
  const headers = {};
  for (const [name, value] of Object.entries(request.headers)) headers[name] = [value].flat();
  const query = request.originalUrl.split("?")[1] ?? "";
  const body = Buffer.isBuffer(request.body) ? request.body.toString("base64") : "";
  response.json({ method: request.method, path: decodeURI(request.path), query, headers, body });
});

export const handler = serverlessExpress({ app: application, binarySettings: { contentTypes: ["image/*"] } });
