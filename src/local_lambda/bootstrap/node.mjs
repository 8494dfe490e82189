// Runs a Node handler file behind the Lambda Runtime API. Standard library only.
// Arguments: the handler file, and the name of its exported function (empty: `handler`).
import { spawnSync } from "node:child_process";
import http from "node:http";
import { Writable } from "node:stream";
import { basename } from "node:path";
import { pathToFileURL } from "node:url";

const [, file, name] = process.argv;
const env = process.env;
const [host, port] = env.AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new http.Agent({ keepAlive: true, maxSockets: 1, noDelay: true });

/** Calls the Runtime API; the process ends when the service is gone. */
function call(method, path, body = "") {
  const headers = { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) };
  const options = { agent, host, port, method, path: `/2018-06-01/runtime/${path}`, headers };
  return new Promise((resolve) => {
    const request = http.request(options, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => resolve({ headers: response.headers, body: Buffer.concat(chunks).toString() }));
      response.on("error", () => process.exit(1));
    });
    request.on("error", () => process.exit(1));
    request.end(body);
  });
}

/** The error document: Node calls the stack `trace`. */
function errorDocument(kind, message, trace) {
  return JSON.stringify({ errorType: kind, errorMessage: message, trace });
}

function describe(fault) {
  if (fault instanceof Error) return [fault.name, fault.message, (fault.stack ?? "").split("\n")];
  return [typeof fault, String(fault), []];
}

function contextOf(headers) {
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  const clientContext = headers["lambda-runtime-client-context"];
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    awsRequestId: headers["lambda-runtime-aws-request-id"],
    clientContext: clientContext ? JSON.parse(clientContext) : undefined,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

const STREAMS = Symbol("streams");

/** What a handler that streams writes to. The Runtime API hears of it with the first byte. */
class ResponseStream extends Writable {
  constructor(path) {
    super({ decodeStrings: true });
    this.path = path;
    this.contentType = "application/octet-stream";
    this.head = [];
  }

  setContentType(contentType) {
    this.contentType = contentType;
  }

  open() {
    if (this.request) return;
    const headers = {
      "Content-Type": this.contentType,
      "Lambda-Runtime-Function-Response-Mode": "streaming",
      "Transfer-Encoding": "chunked",
      Trailer: "Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body",
    };
    this.request = http.request({ agent, host, port, method: "POST", path: this.path, headers });
    this.answered = new Promise((resolve) => {
      this.request.on("response", (response) => response.resume().on("end", resolve));
      this.request.on("error", () => process.exit(1));
    });
    this.head.forEach((part) => this.request.write(part));
  }

  _write(chunk, _encoding, done) {
    this.open();
    this.request.write(chunk, done);
  }

  _final(done) {
    this.open();
    this.request.end(done);
  }

  /** Ends a stream whose handler has failed; says whether anything had been written. */
  async fail(fault) {
    if (!this.request) return false;
    const [kind, message, trace] = describe(fault);
    const document = Buffer.from(errorDocument(kind, message, trace)).toString("base64");
    this.request.addTrailers({
      "Lambda-Runtime-Function-Error-Type": kind,
      "Lambda-Runtime-Function-Error-Body": document,
    });
    this.request.end();
    await this.answered;
    return true;
  }
}

/** The globals that AWS's own Node runtime has. */
globalThis.awslambda = {
  streamifyResponse(handler) {
    const streaming = (...parameters) => handler(...parameters);
    return Object.assign(streaming, { [STREAMS]: true });
  },
  HttpResponseStream: {
    from(stream, metadata) {
      stream.setContentType("application/vnd.awslambda.http-integration-response");
      stream.head.push(JSON.stringify(metadata), Buffer.alloc(8));
      return stream;
    },
  },
};

/** Runs a handler that streams. */
async function stream(handler, event, context, invocation) {
  const response = new ResponseStream(`/2018-06-01/runtime/${invocation}/response`);
  try {
    await handler(event, response, context);
    if (!response.writableEnded) response.end();
    await new Promise((resolve) => (response.writableFinished ? resolve() : response.once("finish", resolve)));
    await response.answered;
  } catch (fault) {
    if (!(await response.fail(fault))) throw fault;
    console.error(fault);
  }
}

/** Runs async handlers, callback handlers, and handlers that use `context.succeed` and its kin. */
function run(handler, event, context) {
  return new Promise((resolve, reject) => {
    const done = (fault, result) => (fault ? reject(fault) : resolve(result));
    Object.assign(context, { done, succeed: resolve, fail: reject });
    const returned = handler(event, context, done);
    if (typeof returned?.then === "function") returned.then(resolve, reject);
    else if (handler.length < 3 && returned !== undefined) resolve(returned);
  });
}

class HandlerNotFound extends Error {}

async function load() {
  const module = await import(pathToFileURL(file).href);
  const wanted = name || "handler";
  const handler = module[wanted] ?? module.default?.[wanted];
  if (typeof handler !== "function") {
    throw new HandlerNotFound(`${wanted} is undefined or not exported by ${basename(file)}`);
  }
  return handler;
}

async function reportStart(fault) {
  let [kind, message, trace] = describe(fault);
  if (fault instanceof SyntaxError) {
    // The module loader keeps the place of a syntax error to itself; `--check` prints it first.
    const checked = spawnSync(process.execPath, ["--check", file], { encoding: "utf8" }).stderr;
    if (checked) trace = checked.trim().split("\n");
    kind = "Runtime.UserCodeSyntaxError";
  } else if (fault instanceof HandlerNotFound) {
    kind = "Runtime.HandlerNotFound";
    trace = [];
  } else if (fault?.code === "ERR_MODULE_NOT_FOUND" || fault?.code === "MODULE_NOT_FOUND") {
    kind = "Runtime.ImportModuleError";
  }
  console.error([`[ERROR] ${kind}: ${message}`, ...trace].join("\n"));
  await call("POST", "init/error", errorDocument(kind, message, trace));
  process.exit(1);
}

async function serve(handler) {
  for (;;) {
    const { headers, body } = await call("GET", "invocation/next");
    const invocation = `invocation/${headers["lambda-runtime-aws-request-id"]}`;
    env._X_AMZN_TRACE_ID = headers["lambda-runtime-trace-id"] ?? "";
    try {
      if (handler[STREAMS]) {
        await stream(handler, JSON.parse(body), contextOf(headers), invocation);
        continue;
      }
      const result = await run(handler, JSON.parse(body), contextOf(headers));
      await call("POST", `${invocation}/response`, JSON.stringify(result) ?? "null");
    } catch (fault) {
      console.error(fault);
      await call("POST", `${invocation}/error`, errorDocument(...describe(fault)));
    }
  }
}

const handler = await load().catch(reportStart);
await serve(handler);
